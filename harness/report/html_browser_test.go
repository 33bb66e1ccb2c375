package report_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

// browser is a tab of a real one, and what it asks the network for, and complains of.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	asked  []string
	issues []string
}

// browse opens a page, as a file, in a browser that may run no script of a page's.
func browse(t *testing.T, page string) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" && os.Getenv("CI") == "" {
		t.Skip("SKIPPED, NOTHING WAS TESTED: no Chromium; apt install chromium")
	}
	if program == "" {
		t.Fatal("no Chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	b.do() // which starts it
	notes(b, network.RequestWillBeSent, func(e network.EventRequestWillBeSent) { b.asked = append(b.asked, e.Request.URL) })
	notes(b, log.EntryAdded, func(e log.EventEntryAdded) { b.issues = append(b.issues, e.Entry.Text) })
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	tell(b, network.Enable, network.EnableParams{})
	tell(b, log.Enable, cdp.Empty{})
	tell(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate("file://"+path), chromedp.WaitReady(chromedp.CSS("main")))
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// tell gives the tab a command.
func tell[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// notes takes in each event of a kind until the test ends.
func notes[E any](b *browser, event cdp.Event[E], note func(E)) {
	events := chromedp.Events(b.ctx, event)
	go func() {
		for e, err := range events {
			if err != nil {
				return
			}
			b.mu.Lock()
			note(e)
			b.mu.Unlock()
		}
	}()
}

// says is what an expression comes to.
func (b *browser) says(expression string) any {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](expression))
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// hostileCells have what the page must show and not obey, wherever others had a hand in it.
func hostileCells(home string) report.Run {
	evil := `"><script>document.title="owned"</script><img src=` + home + `/i onerror=alert(1)></style></details><svg onload=alert(1)>` + "\x00\x1b[2J\xff\xfe\u202e"
	c := with(failed(), func(c *harness.Cell) {
		c.Route, c.Reason, c.Why, c.Receipt, c.Title, c.While = "GET http://shop.test/"+evil, evil, evil, evil, evil, evil
		c.Log, c.At = []string{evil, home + "/log"}, &harness.Position{File: evil, Line: 1, Says: evil}
		c.CacheControl = "javascript:alert(1)"
		c.Timeline = []harness.Happening{{Lane: harness.ClientLane, Ended: 1, What: evil}, {Lane: harness.UpstreamLane, Began: 0.5, Ended: 0.5, What: evil}}
	})
	run := shop()
	run.Summary.Cells = append(run.Summary.Cells, c)
	run.Summary.Source, run.Drift = evil, evil
	return run
}

func TestThePageInABrowser(t *testing.T) {
	var asked []string
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.Path) }))
	defer home.Close()
	b := browse(t, rendered(t, report.HTML, hostileCells(home.URL)))
	for expression, want := range map[string]any{
		// Its own style sheet is the one that its policy lets in.
		`getComputedStyle(document.querySelector("pre")).whiteSpace`:                  "pre-wrap",
		`document.querySelectorAll("script, img, iframe, link, object, form").length`: 0.,
		`document.querySelectorAll("[onload], [onerror], [style]").length`:            0.,
		`document.title.startsWith("badgateway: nginx")`:                              true,
		`document.querySelectorAll("main section").length`:                            3.,
		`document.querySelector("header .note").textContent.includes("<script>")`:     true,
		// What fails stands on top, in the matrix as well as below it, and is open.
		`document.querySelector("tbody th").textContent.startsWith("POST https://shop.test/api/pay")`: true,
		`document.querySelector("section details").open`:                                              true,
		`document.querySelector("section > details:last-of-type").open`:                               false,
		`document.querySelectorAll("svg .lane").length`:                                               3.,
		`document.querySelectorAll("svg .mark").length`:                                               1.,
		`document.body.scrollWidth <= innerWidth`:                                                     true,
	} {
		if got := b.says(expression); got != want {
			t.Errorf("%s is %v, want %v", expression, got, want)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.asked) != 1 || !strings.HasPrefix(b.asked[0], "file://") || len(asked) > 0 {
		t.Errorf("it asks for %q, and the network has heard %q", b.asked, asked)
	}
	if len(b.issues) > 0 {
		t.Errorf("the browser complains: %q", b.issues)
	}
}

// By keyboard and without a script: the first link of the matrix leads to its cell, which opens.
func TestThePageByKeyboard(t *testing.T) {
	b := browse(t, rendered(t, report.HTML, shop()))
	b.says(`[...document.querySelectorAll("section > details")].forEach(d => d.open = false)`)
	const at = `document.activeElement.className`
	for presses := 0; b.says(at) != "box fail"; presses++ {
		if presses == 20 {
			t.Fatal("no link of the matrix is to be had by Tab")
		}
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	b.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(".cell:target")))
	if got := b.says(`document.querySelector(".cell:target").parentElement.open`); got != true {
		t.Error("its cell is not open")
	}
}

// In the dark it is dark, and what is written there can be told from what is behind it.
func TestThePageInTheDark(t *testing.T) {
	b := browse(t, rendered(t, report.HTML, shop()))
	const back = `getComputedStyle(document.body).backgroundColor`
	light := b.says(back)
	tell(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	dark := b.says(back)
	if light != "rgb(253, 253, 252)" || dark != "rgb(22, 22, 22)" || b.says(`getComputedStyle(document.body).color`) != "rgb(232, 232, 228)" {
		t.Errorf("light it is %v, and dark %v", light, dark)
	}
}
