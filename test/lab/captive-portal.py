"""A network's sign-in: answers HTTP on port 80 and every question for a name, both with the router's own address."""
import socket
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

address, page = sys.argv[1:3]


class Portal(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.headers.get('Host') != page:
            self.send_response(302)
            self.send_header('Location', 'http://%s/' % page)
            self.send_header('Content-Length', '0')
            self.end_headers()
            return
        if self.path == '/accept':
            guest = self.client_address[0]
            subprocess.run(['nft', 'add element ip portal guests { %s }' % guest], check=True)
        body = b'Welcome to the cafe'
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def answer_names():
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind((address, 53))
    while True:
        question, peer = names.recvfrom(512)
        end = 12
        while question[end]:
            end += 1 + question[end]
        kind = struct.unpack('!H', question[end + 1:end + 3])[0]
        found = 1 if kind == 1 else 0
        head = question[:2] + struct.pack('!HHHHH', 0x8580, 1, found, 0, 0)
        record = struct.pack('!HHHIH', 0xC00C, 1, 1, 60, 4) + socket.inet_aton(address)
        names.sendto(head + question[12:end + 5] + (record if found else b''), peer)


threading.Thread(target=answer_names, daemon=True).start()
server = ThreadingHTTPServer((address, 80), Portal)
print('listening', flush=True)
server.serve_forever()
