package resource

import "github.com/gorgon-commerce/gorgon/route/schema"

// The answers of a resource's routes, as they are described to those who read about them.

func (s *server) oneAnswer() *schema.Schema {
	return schema.ObjectOf(schema.Field{Name: s.RecordKey, Schema: schema.Ref(s.Entity)})
}

func (s *server) listAnswer() *schema.Schema {
	return schema.ObjectOf(schema.Field{Name: s.ListKey, Schema: schema.ArrayOf(schema.Ref(s.Entity))}, schema.Field{Name: "count", Schema: schema.Int()},
		schema.Field{Name: "offset", Schema: schema.Int()}, schema.Field{Name: "limit", Schema: schema.Int()})
}

func deletionAnswer() *schema.Schema {
	return schema.ObjectOf(schema.Field{Name: "id", Schema: schema.String()}, schema.Field{Name: "object", Schema: schema.String()},
		schema.Field{Name: "deleted", Schema: schema.Bool()})
}

func (s *server) batchAnswer() *schema.Schema {
	records := schema.ArrayOf(schema.Ref(s.Entity))
	deleted := schema.ObjectOf(schema.Field{Name: "ids", Schema: schema.ArrayOf(schema.String())}, schema.Field{Name: "object", Schema: schema.String()},
		schema.Field{Name: "deleted", Schema: schema.Bool()})
	return schema.ObjectOf(schema.Field{Name: "created", Schema: records}, schema.Field{Name: "updated", Schema: records}, schema.Field{Name: "deleted", Schema: deleted})
}
