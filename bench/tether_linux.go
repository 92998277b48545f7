package main

import (
	"os/exec"
	"syscall"
)

// tether has the system end a program with this process, also where that is
// killed. Go's threads live as long as the process, unless a goroutine that is
// locked to one ends, which none here is.
func tether(command *exec.Cmd, s syscall.Signal) {
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Pdeathsig = s
}
