"""The login manager of a machine, as far as an app sees it: owns org.freedesktop.login1 on the system bus, and says on
command (one a line on standard input: `sleep` or `wake`) that the machine goes to sleep or has woken up."""

import os
import sys
import threading

from gi.repository import Gio, GLib

MANAGER = """
<node>
  <interface name="org.freedesktop.login1.Manager">
    <method name="Inhibit">
      <arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="h" direction="out"/>
    </method>
    <signal name="PrepareForSleep"><arg type="b"/></signal>
    <signal name="PrepareForShutdown"><arg type="b"/></signal>
  </interface>
</node>
"""
PATH = "/org/freedesktop/login1"

bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)


def on_call(_bus, _sender, _path, _interface, _method, _arguments, invocation):
    # A lock is a file that is open for as long as it holds; nothing is held up here.
    locks = Gio.UnixFDList.new()
    handle = locks.append(os.open("/dev/null", os.O_RDONLY))
    invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (handle,)), locks)


def tell(word):
    asleep = GLib.Variant("(b)", (word == "sleep",))
    bus.emit_signal(None, PATH, "org.freedesktop.login1.Manager", "PrepareForSleep", asleep)


def read_commands():
    for line in sys.stdin:
        GLib.idle_add(tell, line.strip())


info = Gio.DBusNodeInfo.new_for_xml(MANAGER).interfaces[0]
bus.register_object(PATH, info, on_call, None, None)
Gio.bus_own_name_on_connection(
    bus, "org.freedesktop.login1", Gio.BusNameOwnerFlags.NONE, lambda *_: print("ready", flush=True), None
)
threading.Thread(target=read_commands, daemon=True).start()
GLib.MainLoop().run()
