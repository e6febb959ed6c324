// Package plugin installs the plugin of examples/blog in a shop, and uses all that it brings.
package plugin
