package document

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"slotcast/internal/apperr"
)

// document has been parsed and validated and is within the limits.
type document struct {
	text string
	tree *ast.QueryDocument
	size int // bytes that it takes up in memory, more or less
}

// Config is what Documents are judged by. Schema, Lengths and the pages are
// needed.
type Config struct {
	Schema *ast.Schema
	// Introspection lets clients ask for the schema with __schema and __type, and
	// suggests names to them.
	Introspection bool
	// TrustedFile is a JSON object of SHA-256 to document: no others are served.
	// Empty: any document is.
	TrustedFile string
	// Lengths has an entry, as Type.field, for each list of objects that is no
	// page, and for other fields that take a statement of their own.
	Lengths map[string]Length
	// DefaultPage and MaxPage are how many edges a connection has, without first
	// and last and at most.
	DefaultPage, MaxPage int
}

// Documents finds the document of each request before gqlgen does, which would
// parse and validate anything: that a client sends, that it names by the hash
// of an earlier one, or one of the trusted. It is an extension of gqlgen's and
// its cache of documents, and is to be used as both.
type Documents struct {
	schema        *ast.Schema
	validate      validation
	introspection bool
	costs         costs
	known         *cache
	trusted       map[digest]*document // nil: any document is served
}

// New reads the file of trusted documents, if there is one. Its errors name the
// entry there that would not be served, or the lists that have no length.
func New(c Config) (*Documents, error) {
	costs, err := newCosts(c)
	if err != nil {
		return nil, err
	}
	d := &Documents{
		schema: c.Schema, introspection: c.Introspection, validate: newValidation(c.Schema, c.Introspection),
		costs: costs, known: newCache(cachedBytes),
	}
	if c.TrustedFile != "" {
		if err := d.trust(c.TrustedFile); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// ExtensionName implements graphql.HandlerExtension.
func (*Documents) ExtensionName() string { return "Documents" }

// Validate implements graphql.HandlerExtension.
func (*Documents) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator: it
// puts the document's text in, hands its tree to Get, and looks at the filters
// among the variables before gqlgen takes them apart, which costs as much for
// each of their conditions as they could have fields.
func (d *Documents) MutateOperationParameters(ctx context.Context, p *graphql.RawParams) *gqlerror.Error {
	stats := &graphql.GetOperationContext(ctx).Stats
	found, errs := d.find(p)
	if len(errs) > 0 {
		if len(errs) > 1 {
			stats.SetExtension(mistakesKey, errs[1:])
		}
		return errs[0]
	}
	p.Query = found.text
	stats.SetExtension(documentKey, found)
	return longVariables(found.tree.Operations.ForName(p.OperationName), p.Variables)
}

// MutateOperationContext implements graphql.OperationContextMutator: it refuses
// an operation that would read too much, and changes nothing.
func (d *Documents) MutateOperationContext(_ context.Context, oc *graphql.OperationContext) *gqlerror.Error {
	return d.costs.check(oc.Operation, oc.Variables)
}

// InterceptResponse implements graphql.ResponseInterceptor: it adds the mistakes
// of a document behind the first, which is all that gqlgen takes.
func (*Documents) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	resp := next(ctx)
	if rest, ok := graphql.GetOperationContext(ctx).Stats.GetExtension(mistakesKey).(gqlerror.List); ok && resp != nil {
		resp.Errors = append(resp.Errors, rest...)
	}
	return resp
}

// What is kept with an operation, by the names of gqlgen's extensions.
const (
	documentKey = "document"
	mistakesKey = "mistakes"
)

// Get implements graphql.Cache for gqlgen, which then neither parses nor
// validates.
func (d *Documents) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	found, ok := graphql.GetOperationContext(ctx).Stats.GetExtension(documentKey).(*document)
	if !ok {
		return nil, false
	}
	return found.tree, true
}

// Add implements graphql.Cache. There is nothing to add.
func (*Documents) Add(context.Context, string, *ast.QueryDocument) {}

// find returns the document that a request sends or names.
func (d *Documents) find(p *graphql.RawParams) (*document, gqlerror.List) {
	name, err := identify(p)
	if err != nil {
		return nil, gqlerror.List{err}
	}
	if d.trusted != nil {
		if found := d.trusted[name]; found != nil {
			return found, nil
		}
		return nil, gqlerror.List{coded(apperr.Forbidden, "this server runs trusted documents only, and this is none of them", "")}
	}
	if found := d.known.get(name); found != nil {
		return found, nil
	}
	if p.Query == "" && p.Extensions["persistedQuery"] != nil {
		unknown := gqlerror.Errorf("PersistedQueryNotFound") // the protocol's word: the client sends the text next
		errcode.Set(unknown, "PERSISTED_QUERY_NOT_FOUND")
		return nil, gqlerror.List{unknown}
	}
	found, errs := d.read(p.Query)
	if len(errs) == 0 {
		d.known.add(name, found)
	}
	return found, errs
}

// read parses, measures and validates a document.
func (d *Documents) read(text string) (*document, gqlerror.List) {
	count := tokens(text)
	if count > maxTokens {
		return nil, gqlerror.List{over("the document has %d tokens: at most %d are taken", count, maxTokens)}
	}
	tree, failed := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if failed != nil {
		err := gqlerror.Wrap(failed)
		if parsing, ok := errors.AsType[*gqlerror.Error](failed); ok {
			err = parsing
		}
		errcode.Set(err, errcode.ParseFailed)
		return nil, gqlerror.List{short(err)}
	}
	if len(tree.Operations) == 0 {
		return nil, gqlerror.List{invalid("no operation provided")}
	}
	if err := check(tree, d.introspection); err != nil {
		return nil, gqlerror.List{err}
	}
	if errs := d.validate.errors(tree); len(errs) > 0 {
		return nil, errs
	}
	return &document{text: text, tree: tree, size: len(text) + count*tokenBytes}, nil
}
