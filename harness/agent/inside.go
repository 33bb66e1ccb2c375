package agent

import "strconv"

// Inside is how an agent begins that was started on this machine, in namespaces of its own
// and without a container around it.
type Inside struct {
	// System is what the gateway's Root.System shows, as a folder of this machine, with
	// the Bind and Copy of the same Root. The agent sees it as SystemFolder.
	System string   `json:"system"`
	Bind   []string `json:"bind,omitempty"`
	Copy   []string `json:"copy,omitempty"`
	// Programs are the folders of which upstreams' Root.System show something. The agent sees
	// each one's programs and libraries as ProgramFolder of its number.
	Programs []string `json:"programs,omitempty"`
	// Unmapped says that the agent is nobody yet, and told on MappedDescriptor when that
	// has changed.
	Unmapped bool `json:"unmapped,omitempty"`
	// Limited says that its control group limits its memory, so that it has to see it.
	Limited bool `json:"limited,omitempty"`
}

// SystemFolder is where an agent that is Inside sees the gateway's system.
const SystemFolder = "/system"

// ProgramFolder is where such an agent sees what the upstreams' programs with that number are of.
func ProgramFolder(n int) string { return "/programs/" + strconv.Itoa(n) }

// InsideVariable is set for every process of a lab of the local runtime that is the
// harness's own executable once more: for the agent to its Inside, in JSON.
const InsideVariable = "BADGATEWAY_INSIDE"

// The first words of such an executable.
const (
	AgentWord    = "badgateway-agent"
	UpstreamWord = "upstream"
	TraceWord    = "trace" // with a command, in a container beside the agent's
)

// Says is how such an executable begins what it says on its standard error where it could not do
// what it was to.
const Says = "agent: "

// MappedDescriptor is what an agent waits for before all else where it is not yet known
// who it is: a byte there says that its users are mapped (user_namespaces(7)).
const MappedDescriptor = 3
