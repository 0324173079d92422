// A stub for each chart. The chart module itself is sent once a kernel, in a model that all charts
// point to, and loaded once a page, however many charts the page has.
const LOADED = Symbol.for("ogai-lab.chart-modules");

// A page that takes up a kernel's widgets may meet a chart before the module that it points to.
const found = async (manager, id, tries = 100) => {
  try {
    return await manager.get_model(id);
  } catch (error) {
    if (tries === 0) throw error;
    await new Promise((wake) => setTimeout(wake, 100));
    return found(manager, id, tries - 1);
  }
};

const load = async (model) => {
  const id = model.get("engine").slice("IPY_MODEL_".length);
  const engine = await found(model.widget_manager, id);
  const digest = engine.get("digest");
  const loaded = (globalThis[LOADED] ??= new Map());
  if (!loaded.has(digest)) {
    const style = document.createElement("style");
    style.textContent = engine.get("style");
    document.head.append(style);
    const url = URL.createObjectURL(new Blob([engine.get("code")], { type: "text/javascript" }));
    loaded.set(digest, import(/* webpackIgnore: true */ url).finally(() => URL.revokeObjectURL(url)));
  }
  return loaded.get(digest);
};

export default {
  initialize: async (given) => (await load(given.model)).initialize(given),
  render: async (given) => (await load(given.model)).render(given),
};
