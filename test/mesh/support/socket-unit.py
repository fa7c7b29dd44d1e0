"""What systemd does for a .socket unit with Accept=no, for hosts of the lab, which have no systemd.

socket-unit.py exec PATH UID COMMAND...   makes the socket and becomes the command
socket-unit.py serve PATH UID COMMAND...  makes the socket and starts the command whenever somebody connects
"""
import os
import select
import socket
import sys

mode, path, uid, command = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
if os.path.exists(path):
    os.unlink(path)
listening = socket.socket(socket.AF_UNIX)
previous = os.umask(0o177)
listening.bind(path)
os.umask(previous)
os.chown(path, uid, uid)
listening.listen(128)


def become():
    if listening.fileno() != 3:
        os.dup2(listening.fileno(), 3)
    os.set_inheritable(3, True)
    environment = dict(os.environ, LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')
    os.execve(command[0], command, environment)


if mode == 'exec':
    become()
print('listening', flush=True)
while True:
    select.select([listening], [], [])
    child = os.fork()
    if child == 0:
        become()
    print('started', child, flush=True)
    os.waitpid(child, 0)
