package main

import "os/exec"

// ownGroup leaves a command as it is: here it alone is ended.
func ownGroup(*exec.Cmd) {}
