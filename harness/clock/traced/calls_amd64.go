//go:build linux

package traced

import "golang.org/x/sys/unix"

// own are the calls that only older architectures have.
var own = []row{
	{nr: unix.SYS_TIME, name: "time", does: (*Program).timeOfDay},
	{nr: unix.SYS_EPOLL_WAIT, name: "epoll_wait", arg: 3, when: positive, does: waits(wait{arg: 3})},
	{nr: unix.SYS_POLL, name: "poll", arg: 2, when: positive, does: waits(wait{arg: 2, other: unix.SYS_PPOLL})},
	{nr: unix.SYS_SELECT, name: "select", arg: 4, when: set, does: waits(wait{arg: 4, format: timeval})},
	{nr: unix.SYS_ALARM, name: "alarm", does: (*Program).alarm},
}
