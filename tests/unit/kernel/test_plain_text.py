"""What is left of a model's markup."""

import time

import pytest

from mara.kernel.plain_text import plain


class TestPlain:
    @pytest.mark.parametrize(
        ("written", "text"),
        [
            ("![x](http://e.io?q=1) hi", "x http://e.io?q=1 hi"),
            ('[Pay](http://e.io "t") now', 'Pay http://e.io "t" now'),
            ("[a][b] and [1][2]", "a and [1][2]"),
            ("[b]: http://e.io", "http://e.io"),
            ("<http://e.io>", "http://e.io"),
            ("<script>alert(1)</script>ok", "ok"),
            ("<scr<b>ipt>alert(1)</scr</b>ipt> x", "x"),
            ("<SCRIPT src=//e.io>", ""),
            ("&lt;img src=x onerror=alert(1)&gt; y", "y"),
            ("&amp;lt;b&amp;gt;x", "x"),
            ("<img src=http://e.io/x ", "< img src=http://e.io/x"),
            ("<!-- hidden -->seen", "seen"),
            ("a < b and c > d, 1<2", "a < b and c > d, 1<2"),
            ("**Bold**, *it*, ~~no~~ and `code`", "Bold, it, no and code"),
            ("*.log and *.txt, __init__, a_b_c, 2*3*4", "*.log and *.txt, __init__, a_b_c, 2*3*4"),
            ("# Head\n- item\n1. one\n> quote\n---", "Head\nitem\none\nquote"),
            ("```bash\nls -la\n```", "ls -la"),
            ("zero\u200bwidth \u202eabc\u00ad", "zerowidth abc"),
            ("№ 5 ½ ™ é", "№ 5 ½ ™ é"),
        ],
    )
    def test_has_no_markup(self, written: str, text: str) -> None:
        assert plain(written) == text

    def test_keeps_a_placeholder_of_the_document(self) -> None:
        assert (
            plain("get pods -n <namespace>", of="pods -n <namespace>") == "get pods -n <namespace>"
        )
        assert plain("get pods -n <namespace>") == "get pods -n"
        assert plain("a <script> b", of="a <script> b") == "a"
        assert plain("a <b> c", of="a <b> c") == "a  c"

    @pytest.mark.parametrize(
        "part", ["<", "[", "![", "*a ", "<!--", "<script>", "&amp;", "`", "> ", "<a "]
    )
    def test_takes_little_time_for_any_text(self, part: str) -> None:
        """A model may write 20 000 characters of anything."""
        began = time.process_time()
        plain(part * (20_000 // len(part)))
        assert time.process_time() - began < 2
