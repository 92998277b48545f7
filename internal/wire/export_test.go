package wire

import "reflect"

// BodyType is the type that is encoded as a native body.
func BodyType() reflect.Type { return reflect.TypeFor[native]() }
