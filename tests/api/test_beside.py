"""What runs beside a server, while that is forked."""

import subprocess
import sys

from tests.development_server import PROJECT

FORKED_MEANWHILE = """
import os, threading, time
from api import beside

done = []

def fork():
    child = os.fork()
    if not child:
        os._exit(beside.STARTING.locked())
    done.append(os.waitpid(child, 0)[1])

with beside.STARTING:
    thread = threading.Thread(target=fork)
    thread.start()
    time.sleep(0.3)
    done.append("started")
thread.join()
print(done)
"""


def test_a_server_is_not_forked_while_something_is_started() -> None:
    command = [sys.executable, "-c", FORKED_MEANWHILE]
    said = subprocess.check_output(command, cwd=PROJECT, text=True)
    assert said == "['started', 0]\n"
