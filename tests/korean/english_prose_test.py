#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The detector that every Korean output is tested with finds what it must, and nothing else."""
import sys
import unittest

from english_prose import prose, visible


class Detector(unittest.TestCase):
    def test_prose_is_found(self):
        for text in ("the pod is gone", "상태: the pod", "connection refused", "(not permitted)", "a pod",
                     "it's not here", "대상 shop answered late", "값: read-only mode", "# What helps",
                     "| 파드 | no answer |", "- Nothing needs you.", "10.0.0.1: timed out after 5 s", "파드가 Not ready"):
            self.assertTrue(prose(text), text)

    def test_names_are_not(self):
        for text in ("shop/Pod/app-1 (production) P2", "GRANT pg_monitor TO upkeep;", "ACL SETUSER upkeep +info",
                     "kubernetes:list:nodes", "HTTP 503", "--to NAME", "Kubernetes 클러스터의 pods 목록",
                     '{apiGroups: [""], resources: [pods], verbs: [list]}', "pods\nnodes", "", "daily, weekly, monthly",
                     "| pods | nodes |", "10.0.0.1:6443: 연결이 거부되었습니다", "/var/lib/upkeep/upkeep.db"):
            self.assertEqual([], prose(text), text)

    def test_quotations_are_prose_unless_somebody_said_them(self):
        text = '서버 응답: “permission denied for table x”'
        self.assertTrue(prose(text))
        self.assertEqual([], prose(text, ["permission denied for table x"]))
        self.assertTrue(prose('"the pod is gone"', ["another text"]))
        self.assertEqual([], prose(text, quotations=True))
        self.assertTrue(prose("the pod is " + text, quotations=True))
        self.assertEqual([], prose("`kubectl get pods`", ["kubectl get pods"]))

    def test_pages(self):
        page = "<style>a b c</style><p>파드 <b>정상</b></p><td>ready</td><td>late</td><p>&lt;no way&gt;</p>"
        self.assertEqual(["no way"], [what for _, what in prose(visible(page))])
        self.assertTrue(prose(visible("<code>run the thing</code>")))
        self.assertEqual([], prose(visible('<pre>{"detail": "the pod is gone"}</pre>')))


if __name__ == "__main__":
    sys.exit(unittest.main())
