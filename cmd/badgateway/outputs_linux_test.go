package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

func TestAPipeThatNobodyReadsIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (&app{}).open(path); !errors.Is(err, syscall.ENXIO) || harness.BlameOf(err) != harness.Usage {
		t.Errorf("without a reader: %v", err)
	}
	reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	o, err := (&app{}).open(path)
	if err != nil {
		t.Fatalf("with a reader: %v", err)
	}
	if _, err := o.w.Write([]byte("a report")); err != nil {
		t.Error(err)
	}
	if err := o.close(); err != nil {
		t.Error(err)
	}
	got := make([]byte, 20)
	if n, err := reader.Read(got); err != nil || string(got[:n]) != "a report" {
		t.Errorf("read %q, %v", got[:n], err)
	}
}
