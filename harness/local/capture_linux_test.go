package local

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx"
)

// captureVariable lets this executable capture what passes the clients' link of a lab.
const captureVariable = "LOCAL_TEST_CAPTURE"

// captured is one segment with data, by the kernel's own clock.
type captured struct {
	At       time.Time
	From, To netip.Addr
}

// capture prints every segment with data that passes the clients' link, a line of JSON each.
func capture() {
	handle, err := pcapgo.NewEthernetHandle("clients")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := json.NewEncoder(os.Stdout)
	fmt.Println() // it captures
	for {
		frame, info, err := handle.ReadPacketData()
		if err != nil {
			os.Exit(0)
		}
		p := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
		ip, isIP := p.NetworkLayer().(*layers.IPv4)
		tcp, isTCP := p.TransportLayer().(*layers.TCP)
		if !isIP || !isTCP || len(tcp.Payload) == 0 {
			continue
		}
		from, _ := netip.AddrFromSlice(ip.SrcIP.To4())
		to, _ := netip.AddrFromSlice(ip.DstIP.To4())
		out.Encode(captured{info.Timestamp, from, to})
	}
}

// The time that is reported for a 504 is what a packet capture shows, between the request
// and the answer.
func TestTimesAreThoseOfAPacketCapture(t *testing.T) {
	enter, err := exec.LookPath("nsenter")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
	}
	const bays = 8
	r := runtimeFor(t)
	if r.users == single {
		t.Skip("SKIPPED, NOTHING WAS TESTED: whoever enters a lab of one user holds no capability to capture")
	}
	plots := make([]harness.Plot, bays)
	for i := range plots {
		plots[i].Name = fmt.Sprint("captured/", i)
	}
	lab, err := harness.Open(t.Context(), r, nginx.Reference("nginx"), plots...)
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), enter, "--target", strconv.Itoa(onlyLab(t, r).cmd.Process.Pid), "--user", "--net", "--preserve-credentials", self)
	cmd.Env, cmd.Stderr = append(os.Environ(), captureVariable+"=1"), os.Stderr
	out, err := cmd.StdoutPipe()
	if err := errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("nothing is captured")
	}
	visitors, all := map[netip.Addr]bool{}, make(chan struct{})
	for i := range bays {
		visitors[agent.Visitor(i)] = true
	}
	var mu sync.Mutex
	asked, answered := map[netip.Addr]time.Time{}, map[netip.Addr]time.Time{}
	go func() {
		for lines.Scan() {
			var c captured
			if json.Unmarshal(lines.Bytes(), &c) != nil {
				continue
			}
			mu.Lock()
			if c.To == agent.Front {
				if asked[c.From].IsZero() { // who got a 504 asks once more
					asked[c.From] = c.At
				}
			} else if answered[c.To].IsZero() && visitors[c.To] {
				if answered[c.To] = c.At; len(answered) == bays {
					close(all)
				}
			}
			mu.Unlock()
		}
	}()
	var wg sync.WaitGroup
	evidence := make([]*harness.Evidence, bays)
	for i, bay := range lab.Bays {
		wg.Go(func() {
			var err error
			if evidence[i], err = bay.While(t.Context(), faults.Never); err != nil {
				t.Errorf("bay %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	select { // what the kernel captured may still be on its way
	case <-all:
	case <-time.After(patience):
		t.Fatal("not every answer was captured")
	}
	mu.Lock()
	defer mu.Unlock()
	const early = 2 * time.Millisecond // NGINX counts in milliseconds, from a time before the request came
	var off []time.Duration
	for i, e := range evidence {
		if e == nil || e.Exchange.Response.Status != 504 {
			t.Fatalf("bay %d: %+v", i, e)
		}
		visitor := agent.Visitor(i)
		shown := answered[visitor].Sub(asked[visitor])
		if asked[visitor].IsZero() || shown < lab.Bays[i].Policy.Read.Value-early {
			t.Fatalf("bay %d: the capture shows a request at %v and an answer at %v", i, asked[visitor], answered[visitor])
		}
		off = append(off, (e.Exchange.Ended - shown).Abs())
	}
	slices.Sort(off)
	const most = 5 * time.Millisecond
	if quarter := off[bays/4]; quarter > most { // a busy machine is late with some, an error of ours is there in all
		t.Errorf("what is reported is %v off what was captured, in the best quarter of %v", quarter, off)
	}
	t.Logf("off by %v", off)
}

// onlyLab is the one lab that stands.
func onlyLab(t *testing.T, r *Runtime) *lab {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.open) != 1 {
		t.Fatalf("%d labs stand", len(r.open))
	}
	for l := range r.open {
		return l
	}
	return nil
}
