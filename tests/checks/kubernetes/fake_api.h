// SPDX-License-Identifier: Apache-2.0
//
// An HTTP server inside the test's process that answers as the test says: for the error paths
// of the client only. What proves that it works runs against a real API server.

#ifndef UPKEEP_TESTS_CHECKS_KUBERNETES_FAKE_API_H_
#define UPKEEP_TESTS_CHECKS_KUBERNETES_FAKE_API_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace upkeep::kubernetes {

struct FakeRequest {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  int number = 0;                              ///< Of this request, from 1.
};

struct FakeReply {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::size_t cut_after = std::string::npos;   ///< Closes the connection after so many bytes.
  std::chrono::milliseconds delay{0};          ///< Before the first byte.
  std::chrono::milliseconds pause{0};          ///< Between pieces of 64 bytes.
};

class FakeApi {
 public:
  using Handler = std::function<FakeReply(const FakeRequest&)>;
  /// Serves until destroyed. `handler` is called on other threads, one call at a time.
  explicit FakeApi(Handler handler);
  ~FakeApi();
  FakeApi(const FakeApi&) = delete;
  FakeApi& operator=(const FakeApi&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// What was asked so far: "GET /api/v1/pods?limit=500".
  std::vector<std::string> requests() const;
  /// The most requests that were answered at the same time.
  int most_at_once() const { return most_; }

 private:
  void Accept();
  void Serve(int connection);
  bool ReadRequest(int connection, std::string& rest, FakeRequest& request);
  void Answer(int connection, const FakeReply& reply);

  Handler handler_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> now_{0}, most_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_TESTS_CHECKS_KUBERNETES_FAKE_API_H_
