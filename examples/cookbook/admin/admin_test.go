package admin_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/examples/cookbook/admin"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

// The rows are shown in a browser, which is started once for all of them.
func TestCookbook(t *testing.T) {
	seen := browse(t)
	t.Run("ADM-01", seen.passed)
	t.Run("ADM-02", seen.passed)
	t.Run("ADM-03", seen.passed)
	t.Run("ADM-04", seen.passed)
	t.Run("ADM-05", seen.passed)
	t.Run("ADM-06", seen.passed)
	t.Run("ADM-07", seen.passed)
}

// Without a session the route that a widget asks tells nothing.
func TestStrangers(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, admin.Extensions)
	if a := shop.Anonymous.Get("/admin/drafts"); a.Status != http.StatusUnauthorized {
		t.Errorf("a stranger got %d", a.Status)
	}
}

// A report is what the browser's tests say, by name.
type report struct {
	passes map[string]bool
	text   string
}

func (r report) passed(t *testing.T) {
	_, row, _ := strings.Cut(t.Name(), "/")
	if ok, ran := r.passes[row]; !ran || !ok {
		t.Errorf("%s did not pass in the browser:\n%s", row, r.text)
	}
}

var result = regexp.MustCompile(`(?m)^(not )?ok \d+ - (\S+)`)

// browse builds the dashboard with the extensions and runs cookbook.test.mjs over it.
func browse(t *testing.T) report {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the dashboard")
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(root, ".gorgon", "browser")
	if output, err := exec.Command(filepath.Join(root, "scripts", "browser-ready")).CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v: %s", err, output)
		}
		t.Skipf("no browser tests: %s", output)
	}
	tests, err := os.ReadFile("cookbook.test.mjs")
	if err == nil {
		err = os.WriteFile(filepath.Join(work, "cookbook.test.mjs"), tests, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(work) // the dashboard is built there, and found
	shop := gorgontest.New(t, admin.Extensions)
	if _, err := shop.App.Dashboard().Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range []product.Product{{Title: "Lamp", Handle: "lamp", Status: "published"}, {Title: "Desk", Handle: "desk", Status: "draft"}, {Title: "Chair", Handle: "chair", Status: "draft"}} {
		if _, err := shop.Product.Products.Create(shop.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(shop.App.Router())
	defer server.Close()
	invite(t, shop, "admin@example.org", "supersecret")
	cmd := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=tap", "cookbook.test.mjs")
	cmd.Env = append(os.Environ(), "GORGON_URL="+server.URL, "GORGON_EMAIL=admin@example.org", "GORGON_PASSWORD=supersecret")
	out, _ := cmd.CombinedOutput() // it fails where a row does
	r := report{map[string]bool{}, string(out)}
	for _, m := range result.FindAllStringSubmatch(r.text, -1) {
		r.passes[m[2]] = m[1] == ""
	}
	return r
}

// invite lets somebody into the dashboard with a password.
func invite(t *testing.T, shop *gorgontest.Shop, email, password string) {
	t.Helper()
	var invited struct {
		Invite struct{ Token string } `json:"invite"`
	}
	var registered struct{ Token string }
	shop.Admin.Post("/admin/invites", map[string]any{"email": email}).Decode(&invited)
	shop.Anonymous.Post("/auth/user/emailpass/register", map[string]any{"email": email, "password": password}).Decode(&registered)
	accept := "/admin/invites/accept?token=" + invited.Invite.Token
	if a := shop.Anonymous.WithHeader("Authorization", "Bearer "+registered.Token).Post(accept, map[string]any{"email": email}); a.Status != http.StatusOK {
		t.Fatalf("accepting an invitation got %d", a.Status)
	}
}
