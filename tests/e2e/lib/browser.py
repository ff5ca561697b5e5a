# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium spoken to over its debugging pipe: no port, no package but the browser.

    with Browser(folder) as browser:
        page = browser.open("file:///...")
        page.evaluate("document.title")

Everything a page asks for or complains about while it is open is in page.requests and
page.complaints. The browser is ended with the with-block, whatever happens in it.
"""
import base64
import json
import os
import select
import signal
import subprocess
import time

PATIENCE = 60  # seconds for one answer, on a machine that does other things too


class BrowserError(Exception):
    pass


class Browser:
    def __init__(self, folder, program="chromium"):
        flags = ["--headless", "--remote-debugging-pipe", f"--user-data-dir={folder}/profile",
                 "--disable-gpu", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                 "--disable-extensions", "--mute-audio", "--hide-scrollbars"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        to_browser, self._to = os.pipe()
        self._from, from_browser = os.pipe()

        def place_pipes():  # Chromium reads descriptor 3 and writes descriptor 4.
            first, second = os.dup(to_browser), os.dup(from_browser)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self._log = open(os.path.join(folder, "chromium.log"), "wb")
        environment = dict(os.environ, HOME=str(folder), XDG_CONFIG_HOME=str(folder), XDG_CACHE_HOME=str(folder))
        self._process = subprocess.Popen([program, *flags, "about:blank"], preexec_fn=place_pipes,
                                         close_fds=False, stdin=subprocess.DEVNULL, stdout=self._log,
                                         stderr=self._log, start_new_session=True, env=environment)
        os.close(to_browser)
        os.close(from_browser)
        self._bytes = b""
        self._id = 0
        self._answers = {}
        self._pages = {}
        self.version = self.call("Browser.getVersion")["product"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close", patience=5)
        except (BrowserError, OSError):
            pass
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        try:  # Its session is its own: nobody else is in that group.
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        for descriptor in (self._to, self._from):
            os.close(descriptor)
        self._log.close()

    def call(self, method, parameters=None, session=None, patience=PATIENCE):
        self._id += 1
        message = {"id": self._id, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        rest = json.dumps(message).encode() + b"\0"
        while rest:
            rest = rest[os.write(self._to, rest):]
        deadline = time.monotonic() + patience
        while self._id not in self._answers:
            self.listen(deadline, method)
        answer = self._answers.pop(self._id)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def listen(self, deadline, what):
        """Takes in at least one message."""
        while b"\0" not in self._bytes:
            ready, _, _ = select.select([self._from], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise BrowserError(f"{what}: no answer")
            got = os.read(self._from, 1 << 20)
            if not got:
                raise BrowserError(f"{what}: the browser is gone")
            self._bytes += got
        *messages, self._bytes = self._bytes.split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self._answers[message["id"]] = message
            elif message.get("sessionId") in self._pages:
                self._pages[message["sessionId"]].take(message["method"], message["params"])

    def open(self, url):
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = self._pages[session] = Page(self, target, session)
        page.go(url)
        return page


class Page:
    def __init__(self, browser, target, session):
        self._browser, self._target, self._session = browser, target, session
        self.requests, self.complaints, self._loaded = [], [], False
        for domain in ("Page", "Runtime", "Network", "Log", "DOM", "CSS", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        return self._browser.call(method, parameters, self._session)

    def take(self, event, data):
        if event == "Network.requestWillBeSent":
            self.requests.append(data["request"]["url"])
        elif event == "Page.loadEventFired":
            self._loaded = True
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(data["exceptionDetails"]["text"])
        elif event == "Runtime.consoleAPICalled":
            self.complaints.append(f"console.{data['type']}: {data['args']}")
        elif event == "Log.entryAdded":
            self.complaints.append(f"{data['entry']['level']}: {data['entry']['text']}")
        elif event == "Page.javascriptDialogOpening":
            self.complaints.append(f"dialog: {data['message']}")

    def go(self, url):
        self._loaded = False
        answer = self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise BrowserError(f"{url}: {answer['errorText']}")
        deadline = time.monotonic() + PATIENCE
        while not self._loaded:
            self._browser.listen(deadline, url)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(answer["exceptionDetails"].get("exception", {}).get("description", "a script failed"))
        return answer["result"].get("value")

    def look(self, width=1280, height=900, scheme="light", media=""):
        """The window and what it prefers."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path, full=True):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=full)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def pdf(self, path):
        printed = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        with open(path, "wb") as file:
            file.write(base64.b64decode(printed["data"]))

    def close(self):
        self._browser.call("Target.closeTarget", {"targetId": self._target})
