// Loads the engine and the page's logic (all of it Rust). The markup reads well without it.
import init from "./streamlanes.js";

init().catch((error) => {
  const panel = document.getElementById("crash");
  document.getElementById("crash-message").textContent =
    "The engine could not be loaded: " + (error && error.message ? error.message : String(error));
  document.getElementById("crash-reload").addEventListener("click", () => location.reload());
  panel.hidden = false;
});
