"""Becomes a program that ends with its supervisor, as another user if need be.

    python -I -S bound.py SUPERVISOR_PID SIGNAL USER PROGRAM [ARGUMENT…]

On Linux the kernel sends SIGNAL to the program when the supervisor ends for any reason, and no program of the mesh
preempts another when it wakes up: so batches are larger, and throughput on two cores is a tenth higher. This is a
separate program because the supervisor uses gRPC: no code of such a process is safe to run between fork and exec.
"""

import contextlib
import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(supervisor: int, signal_number: int, user: str, command: list[str]) -> None:
    if user:
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    if sys.platform.startswith("linux"):
        # If a sandbox does not allow it, the mesh is only slower.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        # Set after setuid, which would reset it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != supervisor:
            sys.exit("the supervisor is gone already")
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
