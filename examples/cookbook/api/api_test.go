package api_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/examples/cookbook/api"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("API-01", testHello)
	t.Run("API-02", testCount)
	t.Run("API-03", testPath)
	t.Run("API-04", testQuery)
	t.Run("API-05", testBody)
	t.Run("API-06", testStatus)
	t.Run("API-07", testWorkflow)
	t.Run("API-08", testStream)
	t.Run("API-09", testMiddleware)
	t.Run("API-10", testMethods)
	t.Run("API-11", testValidation)
	t.Run("API-12", testAdditionalData)
	t.Run("API-13", testAdmins)
	t.Run("API-14", testCustomers)
	t.Run("API-15", testUser)
	t.Run("API-16", testCustomer)
	t.Run("API-17", testFault)
	t.Run("API-18", testErrorHandler)
	t.Run("API-19", testCORS)
	t.Run("API-20", testWebhook)
}

func testHello(t *testing.T) {
	t.Parallel()
	gorgontest.New(t, api.Hello).Anonymous.Get("/hello-world").Want(200, `{"message":"[GET] Hello world!"}`)
}

func testCount(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		shop.Anonymous.Get("/products/count").Want(200, `{"count":0}`)
		if _, err := shop.Product.Products.Create(shop.Context(), product.Product{Title: "Lamp", Handle: "lamp"}); err != nil {
			t.Fatal(err)
		}
		shop.Anonymous.Get("/products/count").Want(200, `{"count":1}`)
	}, api.NewCounter)
}

func testPath(t *testing.T) {
	t.Parallel()
	c := gorgontest.New(t, api.Hello).Anonymous
	c.Get("/hello-world/5").Want(200, `{"message":"[GET] Hello 5!"}`)
	c.Get("/hello-world/a%2Fb").Want(200, `{"message":"[GET] Hello a/b!"}`)
}

func testQuery(t *testing.T) {
	t.Parallel()
	c := gorgontest.New(t, api.Hello).Anonymous
	c.Get("/hello?name=Ada").Want(200, `{"message":"Hello Ada!"}`)
	c.Get("/hello?name=Ada&times=2").Want(200, `{"message":"Hello Ada!Hello Ada!"}`)
	c.Get("/hello").Want(400, `{"type":"invalid_data","message":"Invalid request: Field 'name' is required"}`)
	c.Get("/hello?name=Ada&times=many").Want(400, `{"type":"invalid_data","message":"Invalid request: Expected type: 'number' for field 'times', got: 'many'"}`)
}

func testBody(t *testing.T) {
	t.Parallel()
	c := gorgontest.New(t, api.Hello).Anonymous
	c.Post("/hello", api.Greeting{Name: "Ada"}).Want(201, `{"message":"[POST] Hello Ada!"}`)
	c.Post("/hello", `{"name":7}`).Want(400, `{"type":"invalid_data","message":"Invalid request: Expected type: 'string' for field 'name', got: '7'"}`)
}

func testStatus(t *testing.T) {
	t.Parallel()
	if got := gorgontest.New(t, api.Hello).Anonymous.Post("/hello", api.Greeting{Name: "Ada"}).Status; got != 201 {
		t.Errorf("got %d", got)
	}
}

func testWorkflow(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		shop.Anonymous.Post("/welcome", api.Greeting{Name: "Ada"}).Want(200, `{"message":"[POST] Hello Ada!"}`)
		shop.Anonymous.Post("/welcome", "{}").Want(400, `{"type":"invalid_data","message":"Invalid request: Field 'name' is required"}`)
	}, api.Welcome)
}

func testMiddleware(t *testing.T) {
	t.Parallel()
	c := gorgontest.New(t, api.Middleware).Anonymous
	seen(t, c.Get("/custom"), "Received a request!")
	seen(t, c.Get("/custom/5"), "Received a request!", "With Path Parameter")
	seen(t, c.Get("/store/regions"))
}

func testMethods(t *testing.T) {
	t.Parallel()
	c := gorgontest.New(t, api.Middleware).Anonymous
	seen(t, c.Post("/custom", nil), "Received a request!", "A change")
	seen(t, c.Get("/custom"), "Received a request!")
}

func testValidation(t *testing.T) {
	t.Parallel()
	c := gorgontest.New(t, api.Sum).Anonymous
	c.Post("/custom", `{"a":1,"b":2.5,"note":null}`).Want(200, `{"sum":3.5}`)
	for body, want := range map[string]string{
		`{"a":1}`:                                "Field 'b' is required",
		`{"a":"1","b":2}`:                        "Expected type: 'number' for field 'a', got: '1'",
		`{"a":1,"b":2,"c":3}`:                    "Unrecognized fields: 'c'",
		`{"a":1,"b":2,"unit":"mile"}`:            "Expected: 'cm, inch' for field 'unit', but got: 'mile'",
		`{"a":1,"b":-2}`:                         "Value for field 'b' too small, expected at least: '0'",
		`{"a":1,"b":2,"tags":["1","2","3","4"]}`: "Value for field 'tags' too big, expected at most: '3'",
	} {
		c.Post("/custom", body).Want(400, `{"type":"invalid_data","message":"Invalid request: `+want+`"}`)
	}
	c.Post("/custom", `{"a":`).Want(400, `{"message":"Unexpected end of JSON input","type":"invalid_data"}`)
}

func testFault(t *testing.T) {
	t.Parallel()
	c := gorgontest.New(t, api.Search).Anonymous
	c.Get("/search").Want(400, "{\"type\":\"invalid_data\",\"message\":\"The `q` query parameter is required.\"}")
	c.Get("/search?q=lamp").Want(200, `{"message":"found lamp"}`)
}

func testErrorHandler(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, api.Apology)
	shop.Anonymous.Get("/search").Want(400, `{"error":"Something happened."}`)
	shop.Anonymous.Get("/nowhere").Want(400, `{"error":"Something happened."}`)
	shop.Anonymous.Get("/search?q=lamp").Want(200, `{"message":"found lamp"}`)
	shop.Admin.Get("/admin/products/prod_none").Want(404, `{"type":"not_found","message":"Product not found"}`)
}

func testCORS(t *testing.T) {
	t.Parallel()
	origin := "http://localhost:8000"
	shop := gorgontest.New(t, api.Browsers)
	preflight := shop.Anonymous.WithHeader("Origin", origin).WithHeader("Access-Control-Request-Method", "POST").Do("OPTIONS", "/custom", nil)
	if preflight.Status != 204 || preflight.Header.Get("Access-Control-Allow-Origin") != origin || preflight.Header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("got %d %v", preflight.Status, preflight.Header)
	}
	if got := shop.Anonymous.WithHeader("Origin", origin).Post("/custom", nil); got.Status != 200 || got.Header.Get("Access-Control-Allow-Origin") != origin {
		t.Errorf("got %d %v", got.Status, got.Header)
	}
	if got := shop.Anonymous.WithHeader("Origin", "http://evil.example").Post("/custom", nil); got.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another page may: %v", got.Header)
	}
}

func testWebhook(t *testing.T) {
	t.Parallel()
	c := gorgontest.New(t, api.Webhook).Anonymous
	const body, signature = `{ "paid" : true }`, "d0f6a4ff7dfb4c8a3b3b1e9f5c3c0a"
	c.WithHeader("X-Signature", signature).Post("/webhooks/payments", body).Want(401, `{"type":"unauthorized","message":"The signature is not ours"}`)
	c.WithHeader("X-Signature", sign(body)).Post("/webhooks/payments", body).Want(200, `{}`)
	c.WithHeader("X-Signature", sign(body)).Post("/webhooks/payments", `{"paid":true}`).Want(401, `{"type":"unauthorized","message":"The signature is not ours"}`)
}

// A route of the core can be replaced, if that is what is meant.
func TestOverride(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, api.Override)
	shop.Store.Get("/store/regions").Want(200, `{"message":"[GET] Hello world!"}`)
	shop.Anonymous.Get("/store/regions").Want(400, `{"type":"not_allowed","message":"Publishable API key required in the request header: x-publishable-api-key. You can manage your keys in settings in the dashboard."}`)
}

func TestReport(t *testing.T) {
	t.Parallel()
	got := gorgontest.New(t, api.Report).Anonymous.Get("/report.csv").Want(200, "sku,sold\nLAMP,3")
	if kind := got.Header.Get("Content-Type"); kind != "text/csv" {
		t.Errorf("got %s", kind)
	}
}
