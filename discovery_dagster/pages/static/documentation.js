// Shows the read API's own description; validators elsewhere are not asked.
"use strict";

window.addEventListener("load", () => {
  window.SwaggerUIBundle({
    dom_id: "#documentation",
    url: document.getElementById("documentation").dataset.description,
    presets: [window.SwaggerUIBundle.presets.apis],
    deepLinking: true,
    validatorUrl: null,
  });
});
