// The last lines of a job. It stays at the newest line unless the reader has scrolled up.
function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "og-console";
  box.tabIndex = 0;
  box.setAttribute("role", "log");
  box.setAttribute("aria-live", "off"); // hundreds of lines a second are not for reading aloud
  const text = document.createElement("pre");
  box.append(text);
  el.append(box);
  const draw = () => {
    const follows = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
    const content = model.get("text");
    box.hidden = content === "";
    box.setAttribute("aria-label", model.get("label"));
    text.textContent = content;
    if (follows) box.scrollTop = box.scrollHeight;
  };
  model.on("change:text", draw);
  draw();
  requestAnimationFrame(() => { box.scrollTop = box.scrollHeight; });
  return () => model.off("change:text", draw);
}

export default { render };
