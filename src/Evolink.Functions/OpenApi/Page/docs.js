SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#contract',
  deepLinking: true,
  displayRequestDuration: true,
  // Nothing is asked of anybody else.
  validatorUrl: null,
});
