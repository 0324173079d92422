"""What a notebook sees, in a real kernel with real jobs."""

from __future__ import annotations

import time
from typing import Any

from tests.notebook.conftest import Kernel

HTML, TEXT = "text/html", "text/plain"
WIDGET = "application/vnd.jupyter.widget-view+json"
STEPS = """
import time, ogai_lab
for step in range({steps}):
    ogai_lab.log({{"loss": 1 / (step + 1), "steps": {steps}}}, step=step + 1)
    print("line", step)
    time.sleep(0.05)
"""


def script(kernel: Kernel, name: str, text: str) -> None:
    (kernel.folder / name).write_text(text)


def points_in(message: dict[str, Any]) -> int:
    """Return how many points of curves a message carries."""
    data = message["content"]["data"]
    paths = [path for path in data.get("buffer_paths", []) if path[0] == "points"]
    if paths or "append" in data.get("content", {}):
        return sum(len(buffer) for buffer in message["buffers"]) // 16
    return 0


def test_a_name_with_html_is_shown_and_not_obeyed(kernel: Kernel) -> None:
    script(kernel, "evil.py", "print('<img src=x onerror=alert(1)>')")
    shown = kernel.value(
        "job = ogai.run('evil.py', name='<script>alert(1)</script>').wait(); ogai.jobs()"
    )
    assert "<script>alert" not in shown[HTML]
    assert "&lt;script&gt;alert" in shown[HTML]
    assert "<script>alert(1)</script>" in shown[TEXT]
    assert "&lt;img" in kernel.value("job.logs()")[HTML]


def test_wait_shows_one_card_that_changes_in_place(kernel: Kernel) -> None:
    script(kernel, "steps.py", STEPS.format(steps=20))
    messages = kernel.run("job = ogai.run('steps.py', processes=2)\njob.wait()")
    displays = [m["content"] for m in messages if m["msg_type"] == "display_data"]
    updates = [m["content"] for m in messages if m["msg_type"] == "update_display_data"]
    assert len(displays) == 1
    assert {u["transient"]["display_id"] for u in updates} == {
        displays[0]["transient"]["display_id"]
    }
    last = updates[-1]["data"]
    assert "succeeded" in last[TEXT]
    assert "20 / 20" in last[TEXT]
    assert "<svg" in last[HTML]  # the curve
    assert "[1] line 19" in last[TEXT]
    assert last["application/vnd.ogai.noun+json"]["state"] == "succeeded"


def test_an_interrupt_ends_the_waiting_and_not_the_job(kernel: Kernel) -> None:
    script(kernel, "slow.py", STEPS.format(steps=60))
    kernel.run("job = ogai.run('slow.py')")
    request = kernel.send("job.wait()")
    kernel.until(lambda m: m["msg_type"] in ("display_data", "update_display_data"))
    kernel.manager.interrupt_kernel()
    messages = kernel.messages(request)
    assert any(m["msg_type"] == "error" for m in messages)
    said = "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
    assert "goes on" in said
    assert "succeeded" in kernel.text("print(job.wait().state.value)")


def test_a_failure_is_three_lines_and_no_traceback(kernel: Kernel) -> None:
    script(kernel, "bad.py", "raise SystemExit('it went wrong')")
    messages = kernel.messages(kernel.send("ogai.run('bad.py').wait()"))
    (error,) = [m["content"] for m in messages if m["msg_type"] == "error"]
    told = "\n".join(error["traceback"])
    assert "it went wrong" in told
    assert "Traceback" not in told
    assert "next:" in told


def test_a_function_travels_with_its_arguments_and_its_result_comes_back(kernel: Kernel) -> None:
    script(kernel, "beside.py", "def double(x):\n    return 2 * x\n")
    printed = kernel.text(
        "import beside\n"
        "def add(a, b=0):\n"
        "    return beside.double(a) + b\n"
        "print(ogai.run(add, 20, b=2).result())"
    )
    assert printed.strip().endswith("42")


def test_a_module_that_only_this_process_finds_travels_too(kernel: Kernel) -> None:
    (kernel.folder.parent / "far").mkdir()
    (kernel.folder.parent / "far/away.py").write_text("def triple(x):\n    return 3 * x\n")
    printed = kernel.text(
        "import sys; sys.path.append('../far')\n"
        "import away\n"
        "print(ogai.run(lambda: away.triple(14)).result())"
    )
    assert printed.strip().endswith("42")


def test_the_magics_speak_the_verbs(kernel: Kernel) -> None:
    kernel.run("%load_ext ogai_lab")
    assert "default" in kernel.value("%ogai queues")[TEXT]
    shown = kernel.value("%%ogai run --name from-a-cell --wait\nprint('hello')")
    assert "from-a-cell" in shown[TEXT]
    assert "hello" in kernel.value("%ogai logs from-a-cell")[TEXT]
    assert "succeeded" in kernel.value("%ogai explain from-a-cell")[TEXT]
    assert "usage: %ogai" in kernel.text("%ogai --help")


def test_a_magic_that_is_not_understood_says_what_is(kernel: Kernel) -> None:
    messages = kernel.messages(kernel.send("%ogai frobnicate"))
    (error,) = [m["content"] for m in messages if m["msg_type"] == "error"]
    assert error["ename"] == "InvalidInput"
    assert "frobnicate" in "\n".join(error["traceback"])
    assert kernel.text("print('alive')") == "alive\n"


def test_tab_completes_verbs_options_and_jobs(kernel: Kernel) -> None:
    kernel.run("%load_ext ogai_lab\njob = ogai.run('evil.py').wait()")
    number = kernel.text("print(job.id)").strip()
    assert kernel.complete("%ogai expl") == ["explain"]
    assert "--nodes" in kernel.complete("%%ogai run --no")
    assert number in kernel.complete("%ogai logs ")
    assert kernel.complete(f"%ogai cancel {number[:-1]}") == [number]
    assert "running" in kernel.complete("%ogai jobs --state ru")
    assert not {"jobs", "explain"} & set(kernel.complete("jo = 1; jo"))


def test_a_view_lives_while_the_kernel_is_busy_and_leaves_a_still_card(kernel: Kernel) -> None:
    script(kernel, "busy.py", STEPS.format(steps=30))
    kernel.run("view = ogai.JobView(ogai.run('busy.py'))")
    messages = kernel.run("from IPython.display import display; display(view)")
    (shown,) = [m["content"] for m in messages if m["msg_type"] == "display_data"]
    assert WIDGET in shown["data"]
    assert "busy.py" in shown["data"][TEXT]
    messages = kernel.run("import time; time.sleep(3.5)")  # nothing of ours runs in the main thread
    while not any(m["msg_type"] == "update_display_data" for m in messages):
        messages.append(
            kernel.until(lambda m: m["msg_type"] in ("comm_msg", "update_display_data"))
        )
    sent = [m for m in messages if m["msg_type"] == "comm_msg" and points_in(m)]
    assert len(sent) > 2
    assert sum(map(points_in, sent)) == 30  # each point travelled once
    (still,) = [m["content"]["data"] for m in messages if m["msg_type"] == "update_display_data"]
    assert WIDGET not in still
    assert "succeeded" in still[TEXT]


def test_closing_the_last_view_ends_the_follower(kernel: Kernel) -> None:
    script(kernel, "long.py", STEPS.format(steps=20_000))
    threads = "import threading; print([t.name for t in threading.enumerate()])"
    kernel.run("job = ogai.run('long.py'); one = ogai.JobView(job); two = ogai.JobView(job)")
    assert kernel.text(threads).count("ogai-follow-") == 1
    kernel.run("one.close()")
    assert kernel.text(threads).count("ogai-follow-") == 1
    kernel.run("two.close(); two.close()")
    deadline = time.monotonic() + 60
    while kernel.text(threads).count("ogai-follow-"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert "cancel" in kernel.text("print(job.cancel().wait(check=False).state.value)")


def test_several_views_and_a_launcher_live_side_by_side(kernel: Kernel) -> None:
    kernel.run(
        "cluster, table = ogai.ClusterView(), ogai.JobTable()\n"
        "launcher = ogai.JobLauncher('evil.py')\n"
        "launcher._launch.click()"
    )
    state = "print(len(launcher._views.children), launcher._message.value)"
    deadline = time.monotonic() + 60
    while not (said := kernel.text(state)).startswith("1"):
        assert time.monotonic() < deadline, said
        time.sleep(0.2)
    while "evil.py" not in kernel.text("print(table._table.value)"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert "default" in kernel.text("print(cluster._queues.value)")
    kernel.run("launcher._what.value = 'nosuch.py'; launcher._launch.click()")
    while "nosuch.py" not in kernel.text("print(launcher._message.value)"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    kernel.run("for view in (cluster, table, launcher): view.close()")


def test_a_card_that_waits_says_why(kernel: Kernel) -> None:
    script(kernel, "long.py", STEPS.format(steps=20_000))
    kernel.run(
        "all_cores = ogai.nodes()[0].cpus\n"
        "first, second = (ogai.run('long.py', cpus=all_cores) for _ in range(2))\n"
        "view = ogai.JobView(second)"
    )
    deadline = time.monotonic() + 60
    while "It waits for" not in (said := kernel.text("print(view._card.value)")):
        assert time.monotonic() < deadline, said
        time.sleep(0.2)
    kernel.run("second.cancel(); first.cancel().wait(check=False); view.close()")
