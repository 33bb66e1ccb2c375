package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/badgateway/badgateway/harness"
)

// put copies the gateway's files into its container before it starts.
func (p *process) put(ctx context.Context, c testcontainers.Container) error {
	files, err := p.accounts(ctx, c.GetContainerID())
	if err != nil {
		return fmt.Errorf("adding the gateway's users: %w", err)
	}
	if p.lab.virtual {
		agent, err := p.lab.runtime.image(ctx, "agent")
		if err != nil {
			return err
		}
		program, err := os.ReadFile(agent.Source)
		if err != nil {
			return fmt.Errorf("reading the tracer: %w", err)
		}
		files = append(files, harness.File{Path: tracer, Mode: 0o755, Text: program})
	}
	if files = append(files, p.boot.Files...); len(files) == 0 {
		return nil
	}
	text, err := archive(files)
	if err != nil {
		return fmt.Errorf("packing the gateway's files: %w", err)
	}
	_, err = p.lab.runtime.engine.CopyToContainer(ctx, c.GetContainerID(), client.CopyToContainerOptions{
		DestinationPath: "/", Content: bytes.NewReader(text),
	})
	if err != nil {
		return fmt.Errorf("copying the gateway's files: %w", err)
	}
	return nil
}

// archive packs files as an engine unpacks them. Folders that are missing on their way are
// made by the engine.
func archive(files []harness.File) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: strings.TrimPrefix(f.Path, "/"), Mode: int64(f.Permissions()), Typeflag: tar.TypeReg, Size: int64(len(f.Text))}
		switch {
		case f.Dir:
			h.Typeflag, h.Size, h.Name = tar.TypeDir, 0, h.Name+"/"
		case f.Link != "":
			h.Typeflag, h.Size, h.Linkname = tar.TypeSymlink, 0, f.Link
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if _, err := w.Write(f.Text); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

// accounts are the image's own with the gateway's added.
func (p *process) accounts(ctx context.Context, id string) (files []harness.File, err error) {
	users, groups := p.boot.Accounts()
	for _, f := range []struct{ path, more string }{{"/etc/passwd", users}, {"/etc/group", groups}} {
		if f.more == "" {
			continue
		}
		text, err := p.read(ctx, id, f.path)
		if err != nil {
			return nil, err
		}
		files = append(files, harness.File{Path: f.path, Text: append(text, f.more...)})
	}
	return files, nil
}

var _ harness.Inside = (*process)(nil)

// Files are those in a folder of the running gateway's container.
func (p *process) Files(ctx context.Context, folder string) (files []harness.File, err error) {
	ids := p.ids()
	copied, err := p.lab.runtime.engine.CopyFromContainer(ctx, ids[len(ids)-1], client.CopyFromContainerOptions{SourcePath: folder})
	if err != nil {
		return nil, engineTrouble("reading "+folder+" of the gateway's container", err)
	}
	defer copied.Content.Close()
	for r := tar.NewReader(io.LimitReader(copied.Content, mostRead)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s of the gateway's container: %w", folder, err)
		}
		f := harness.File{Path: path.Join(path.Dir(folder), h.Name), Mode: uint32(h.Mode)}
		switch h.Typeflag {
		case tar.TypeReg:
			if f.Text, err = io.ReadAll(r); err != nil {
				return nil, fmt.Errorf("reading %s of the gateway's container: %w", f.Path, err)
			}
		case tar.TypeSymlink:
			f.Link = h.Linkname
		case tar.TypeDir:
			f.Dir = true
		default:
			continue
		}
		files = append(files, f)
	}
}

// mostRead bounds what is read out of a container: a configuration is far smaller.
const mostRead = 64 << 20

// read reads a small file of a container's. One that is not there is empty.
func (p *process) read(ctx context.Context, id, path string) ([]byte, error) {
	copied, err := p.lab.runtime.engine.CopyFromContainer(ctx, id, client.CopyFromContainerOptions{SourcePath: path})
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer copied.Content.Close()
	r := tar.NewReader(copied.Content)
	if _, err := r.Next(); err != nil {
		return nil, err
	}
	const most = 1 << 20
	return io.ReadAll(io.LimitReader(r, most))
}
