// Package local makes labs on this machine itself, with no container engine and no root:
// the running executable is started once more, as the agent, in namespaces of its own,
// with a file system that shows programs and libraries read-only and nothing else of the
// machine's. The gateway is started by the agent, in a root made anew for each start.
// Nothing of a lab exists outside its processes, so it ends with them, and they end with
// the harness. It works on Linux, as root and as any user who may make user namespaces.
package local
