package gorgon

import (
	"context"
	"io/fs"
	"net/http"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/provider"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Plugin lists all that a part of a shop brings along. Everything but the name may be left out.
type Plugin struct {
	Name string

	// Providers are what the plugin registers with the modules: payment.Provide("default", …),
	// fulfillment.Provide, file.Provide, notification.Provide, tax.Provide, auth.Provide.
	Providers []Provider

	// Registries accept the providers of all plugins, each those of one kind. A plugin with a module
	// of a new kind of providers lists the module's here.
	Registries []provider.Registry

	Tables []module.Entity // of its own data models
	Links  []module.Entity // between data models, its own and others

	Workflows     []workflow.AnyWorkflow
	Subscriptions []event.Subscription
	Transports    map[string]event.Transport // that carry all events to other systems; how far each has come is kept under its name
	Jobs          []job.Job
	Workers       []Worker

	Routes          []route.Route
	Middleware      []route.Middleware
	AdditionalData  []route.AdditionalDataSchema // what core routes may be given besides their own, for the hooks of their workflows
	ErrorHandler    ErrorHandler                 // answers requests that fail; the last plugin that has one decides
	Authenticator   route.Authenticator          // who requests come from; the last plugin that has one decides
	PublishableKeys route.PublishableKeys        // what /store asks for; the last plugin that has some decides

	// Migrations are sets of files. Without one of the plugin's name, tables and links are made as they are declared, and never altered; the other sets
	// follow them.
	Migrations []db.MigrationSet
	// CanMigrate is an error if the database cannot be migrated from where it stands. It runs before pending migrations, and for the command doctor.
	CanMigrate func(ctx context.Context) error

	// Repairs correct old rows that break constraints of the tables, one for each such constraint: those of a database that another program has
	// filled. See the command db:repair.
	Repairs []Repair

	// CachedTables are tables of which answers to route.Cached routes may be kept in memory until they change, or for a while at most if there is more
	// than 0. An answer that has read any other table is not kept.
	CachedTables map[string]time.Duration

	Loaders  []func(ctx context.Context) error // run in order at each start, after the migrations: loaders, which do nothing when they have run before
	Commands []Command
	Scripts  []Script
	Admin    fs.FS // extensions of the dashboard: the folders widgets, routes, … by Medusa's conventions, which may be in a folder admin
}

// A Provider is a registration made by the function Provide of a module package.
type Provider = provider.Registration

// An ErrorHandler may answer requests that fail in its own way. If it returns false, having written nothing, they are answered as always.
type ErrorHandler func(w http.ResponseWriter, r *http.Request, err error) bool

// A Worker is what runs beside events and jobs in each process that handles those, from its start until ctx ends.
type Worker struct {
	Name string
	Run  func(ctx context.Context) error
}

// A Repair corrects rows that break a constraint. It runs in a transaction, in a database that may lack all tables and constraints that are Gorgon's own.
type Repair struct {
	Constraint string // its name
	Help       string // what becomes of the rows, as a verb: "keeps …"
	Run        func(ctx context.Context) (changed int, err error)
}

// A Command is a command of the shop's program. Run points to a struct whose fields are arguments and flags as kong has them, and which has a method
// Run with any of context.Context and *App as parameters; the app is open by then. The struct may be shared by nothing else.
type Command struct {
	Name, Help string
	Run        any
}

// A Script is a function that the command exec runs.
type Script struct {
	Name, Help string
	Run        func(ctx context.Context, args []string) error
}
