package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// CookieName is the name of the session's cookie, that of express-session.
const CookieName = "connect.sid"

// SessionStore keeps logins that a cookie names, in the database: they outlive the process and are shared by all of them.
type SessionStore struct {
	table  *module.Table[SessionRecord]
	secret []byte
	life   time.Duration
}

// NewSessionStore returns sessions that end that long after their last use.
func NewSessionStore(table *module.Table[SessionRecord], secret string, life time.Duration) *SessionStore {
	return &SessionStore{table, []byte(secret), life}
}

// Start logs the claims' actor in and sets the cookie. A session that the request has already is kept under its name.
func (s *SessionStore) Start(w http.ResponseWriter, r *http.Request, c Claims) error {
	if len(s.secret) == 0 {
		return fault.New(fault.Unavailable, "Sessions need a cookie secret: set COOKIE_SECRET")
	}
	claims, err := json.Marshal(c)
	if err != nil {
		return err
	}
	name, old, err := s.find(r)
	if err != nil {
		return err
	}
	if old == nil {
		name = newSessionName()
	}
	expires := db.Now().Add(s.life)
	if _, err := s.table.Upsert(r.Context(), []SessionRecord{{hashOf(name), claims, expires}}); err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(r, name, expires))
	return s.sweep(r.Context())
}

// sweep removes sessions that have ended.
func (s *SessionStore) sweep(ctx context.Context) error {
	_, err := s.table.DeleteWhere(ctx, module.Filter{"expires_at": module.Filter{"$lt": db.Now()}})
	return err
}

// cookie is Secure when the request came by https, be it to a proxy in front.
func (s *SessionStore) cookie(r *http.Request, name string, expires time.Time) *http.Cookie {
	return &http.Cookie{Name: CookieName, Value: s.seal(name), Path: "/", Expires: expires, HttpOnly: true, Secure: byHTTPS(r), SameSite: http.SameSiteLaxMode}
}

func byHTTPS(r *http.Request) bool {
	proto, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return r.TLS != nil || strings.EqualFold(strings.TrimSpace(proto), "https")
}

// Claims returns who is logged in by the request's cookie, nil when nobody is. Use prolongs a session, at most once in a tenth of its life.
func (s *SessionStore) Claims(r *http.Request) (*Claims, error) {
	_, rec, err := s.find(r)
	if rec == nil || err != nil {
		return nil, err
	}
	var c Claims
	if err := json.Unmarshal(rec.Claims, &c); err != nil {
		return nil, err
	}
	if time.Until(rec.ExpiresAt) < s.life*9/10 {
		_, err = s.table.Update(r.Context(), module.Filter{"id": rec.ID}, module.Set{"expires_at": db.Now().Add(s.life)})
	}
	return &c, err
}

// find returns the session of the request's cookie and its name, nil when there is none that is valid.
func (s *SessionStore) find(r *http.Request) (string, *SessionRecord, error) {
	for _, c := range r.CookiesNamed(CookieName) {
		name, ok := s.open(c.Value)
		if !ok {
			continue
		}
		list, err := s.table.List(r.Context(), module.Filter{"id": hashOf(name), "expires_at": module.Filter{"$gt": db.Now()}})
		if err != nil || len(list) > 0 {
			return name, first(list), err
		}
	}
	return "", nil, nil
}

func first[T any](list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// End logs out: the session is removed and the cookie cleared.
func (s *SessionStore) End(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, &http.Cookie{Name: CookieName, Path: "/", Expires: time.Unix(0, 1)})
	_, rec, err := s.find(r)
	if rec == nil || err != nil {
		return err
	}
	return s.table.Delete(r.Context(), rec.ID)
}

// seal writes a session's name into a cookie as express-session does: "s:" name "." signature, escaped.
func (s *SessionStore) seal(name string) string {
	return url.QueryEscape("s:" + name + "." + s.signature(name))
}

func (s *SessionStore) signature(name string) string {
	h := hmac.New(sha256.New, s.secret)
	h.Write([]byte(name))
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil))
}

// open reads a session's name from a cookie; ok is false unless the signature is ours.
func (s *SessionStore) open(cookie string) (name string, ok bool) {
	plain, err := url.PathUnescape(cookie)
	if err != nil || len(s.secret) == 0 || !strings.HasPrefix(plain, "s:") {
		return "", false
	}
	dot := strings.LastIndexByte(plain, '.')
	if dot < len("s:") {
		return "", false
	}
	name = plain[len("s:"):dot]
	return name, hmac.Equal([]byte(plain[dot+1:]), []byte(s.signature(name)))
}

// newSessionName returns 24 random bytes in base64url.
func newSessionName() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashOf is what a table keeps of a name that must not be read from it.
func hashOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

// states remembers things for a short while, for all processes.
type states struct{ table *module.Table[StateRecord] }

func (s states) put(ctx context.Context, key string, value module.Map, life time.Duration) error {
	if _, err := s.table.DeleteWhere(ctx, module.Filter{"expires_at": module.Filter{"$lt": db.Now()}}); err != nil {
		return err
	}
	_, err := s.table.Upsert(ctx, []StateRecord{{hashOf(key), value, db.Now().Add(life)}})
	return err
}

func (s states) get(ctx context.Context, key string) (*StateRecord, error) {
	list, err := s.table.List(ctx, module.Filter{"id": hashOf(key), "expires_at": module.Filter{"$gt": db.Now()}})
	return first(list), err
}

// take returns a value that only one caller gets.
func (s states) take(ctx context.Context, key string) (module.Map, bool, error) {
	rec, err := s.get(ctx, key)
	if rec == nil || err != nil {
		return nil, false, err
	}
	n, err := s.table.DeleteWhere(ctx, module.Filter{"id": rec.ID})
	return rec.Value, n == 1, err
}
