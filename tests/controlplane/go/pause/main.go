// The process that holds a pod's namespaces: it reaps children and ends when it is told to.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			os.Exit(0)
		}
		for {
			var status syscall.WaitStatus
			if child, _ := syscall.Wait4(-1, &status, syscall.WNOHANG, nil); child <= 0 {
				break
			}
		}
	}
}
