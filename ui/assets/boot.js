// Starts the compiled web view; if that cannot be, says so in words instead of leaving an empty window.
import init from "/ui.js";

function explain(reason) {
  const text = document.createElement("p");
  text.setAttribute("role", "alert");
  text.className = "boot-failed";
  text.textContent =
    "NetRaven's window could not start. Close it and start it again; if this stays, install NetRaven anew. Reason: " + reason;
  document.getElementById("main").replaceChildren(text);
}

try {
  await init({ module_or_path: "/ui_bg.wasm" });
} catch (error) {
  explain(error instanceof Error ? error.message : String(error));
}
