package provision

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const oneLine = `# deb http://deb.test/debian bullseye main
deb	[arch=amd64 signed-by=/k.gpg lang+=de] http://deb.test/debian  bookworm main contrib # the mirror
deb-src http://deb.test/debian bookworm main
deb http://deb.test/debian-security bookworm-security main
deb http://deb.test/debian ./
deb [signed-by=/d.gpg] https://docker.test/linux/debian bookworm stable
deb https://vendor.test/ bookworm main
`

const deb822 = `Types: deb deb-src
# where the packages are
URIs: http://deb.test/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main
Architectures: amd64 i386
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
Enabled: no
URIs: http://deb.test/debian
Suites: trixie
Components: main


Types: deb-src
URIs: http://deb.test/debian
Suites: bookworm
Components: main
`

func TestOneLineSources(t *testing.T) {
	got := parseLines(oneLine)
	want := source{
		uris: []string{"http://deb.test/debian"}, suites: []string{"bookworm"}, components: []string{"main", "contrib"},
		options: map[string]string{"signed-by": "/k.gpg"},
	}
	if len(got) != 4 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("got %d: %+v", len(got), got)
	}
}

func TestStanzas(t *testing.T) {
	got := parseStanzas(deb822)
	if len(got) != 1 {
		t.Fatalf("got %d sources: %+v", len(got), got)
	}
	key := "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----"
	want := source{
		uris: []string{"http://deb.test/debian"}, suites: []string{"bookworm", "bookworm-updates", "bookworm-backports"},
		components: []string{"main"}, options: map[string]string{"signed-by": key},
	}
	if !reflect.DeepEqual(got[0], want) {
		t.Errorf("got %+v", got[0])
	}
	written := got[0].stanza("arm64")
	if again := parseStanzas(written); len(again) != 1 || !reflect.DeepEqual(again[0], want) {
		t.Errorf("written as\n%s\nreads as %+v", written, again)
	}
	if !strings.Contains(written, "Architectures: arm64\n") {
		t.Errorf("no architecture in\n%s", written)
	}
}

var bookworm = distribution{id: "debian", codename: "bookworm"}

func suitesOf(sources []source) (all []string) {
	for _, s := range sources {
		for _, suite := range s.suites {
			all = append(all, s.uris[0]+" "+suite+" "+strings.Join(s.components, " "))
		}
	}
	return all
}

func TestTheHostsOwnSuite(t *testing.T) {
	for name, c := range map[string]struct {
		all  []source
		host distribution
		want []string
	}{
		"no other vendor, no other architecture's": {parseLines(oneLine), bookworm, []string{
			"http://deb.test/debian bookworm main contrib", "http://deb.test/debian-security bookworm-security main",
		}},
		"no backports": {parseStanzas(deb822), bookworm, []string{
			"http://deb.test/debian bookworm main", "http://deb.test/debian bookworm-updates main",
		}},
		"by an alias": {parseLines("deb http://deb.test/debian unstable main"), bookworm, []string{
			"http://deb.test/debian unstable main",
		}},
		"a mirror of another name": {parseLines("deb http://mirror.test/os bookworm main"), bookworm, []string{
			"http://mirror.test/os bookworm main",
		}},
		"a list of mirrors": {parseLines("deb mirror+file:///etc/apt/mirrors/debian.list bookworm main"), bookworm, []string{
			"mirror+file:///etc/apt/mirrors/debian.list bookworm main",
		}},
		"none": {parseLines("deb http://x.test/debian jammy main"), bookworm, nil},
	} {
		got, _ := hostSuite(c.all, c.host)
		if !reflect.DeepEqual(suitesOf(got), c.want) {
			t.Errorf("%s: got %q, want %q", name, suitesOf(got), c.want)
		}
	}
}

func TestAnotherReleaseComesFromTheSameMirrorWithTheSameKeys(t *testing.T) {
	all := parseLines(oneLine)
	got := otherSuite(all, bookworm, "trixie")
	want := []string{"http://deb.test/debian trixie main", "http://deb.test/debian-security trixie-security main"}
	if !reflect.DeepEqual(suitesOf(got), want) || got[0].options["signed-by"] != "/k.gpg" {
		t.Errorf("trixie: %+v", got)
	}
	if got := suitesOf(otherSuite(all, bookworm, "sid")); !reflect.DeepEqual(got, []string{"http://deb.test/debian sid main"}) {
		t.Errorf("sid: %q", got)
	}
	if all[0].suites[0] != "bookworm" || len(all[0].components) != 2 {
		t.Errorf("the host's own sources were changed: %+v", all[0])
	}
}

func TestReadSourcesReadsBothForms(t *testing.T) {
	etc := t.TempDir()
	write(t, filepath.Join(etc, "apt/sources.list"), oneLine)
	write(t, filepath.Join(etc, "apt/sources.list.d/a.sources"), deb822)
	write(t, filepath.Join(etc, "apt/sources.list.d/b.list"), "deb http://b.test/debian bookworm main\n")
	write(t, filepath.Join(etc, "apt/sources.list.d/c.sources.save"), deb822)
	all, err := readSources(etc)
	if err != nil || len(all) != 4+1+1 {
		t.Errorf("got %d, %v: %+v", len(all), err, all)
	}
}

func TestOSRelease(t *testing.T) {
	for text, want := range map[string]distribution{
		"ID=debian\nVERSION_CODENAME=bookworm\n":                           {"debian", "bookworm"},
		"ID=linuxmint\nVERSION_CODENAME=virginia\nUBUNTU_CODENAME=jammy\n": {"ubuntu", "jammy"},
		"NAME=\"Fedora Linux\"\nID=fedora\nVERSION_CODENAME=\"\"\n":        {"fedora", ""},
	} {
		if got := parseOSRelease(text); got != want {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}
