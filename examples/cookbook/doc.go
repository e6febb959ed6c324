// Package cookbook holds one small program part for each thing that a developer of shops does, in a package for each area: routes, modules,
// data models, links, queries, workflows, subscribers, jobs. Each has a row in testdata/rows, and a test of the same name that shows it at work:
//
//	go test ./examples/cookbook/... -run Cookbook -v
package cookbook
