package db

import (
	"strings"

	"zombiezen.com/go/sqlite"
)

// LowerFunction is the SQL function that lowers all letters of a text on SQLite, whose own lower leaves all but ASCII as they are.
const LowerFunction = "gorgon_lower"

func addLower(conn *sqlite.Conn) error {
	return conn.CreateFunction(LowerFunction, &sqlite.FunctionImpl{
		NArgs: 1, Deterministic: true,
		Scalar: func(_ sqlite.Context, args []sqlite.Value) (sqlite.Value, error) {
			if args[0].Type() == sqlite.TypeNull {
				return sqlite.Value{}, nil
			}
			return sqlite.TextValue(strings.ToLower(args[0].Text())), nil
		},
	})
}
