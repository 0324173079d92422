// The head of a dashboard: where one is, whether what one sees is true now, and the way back when
// the server was away. Names come from users and are only ever text.
const SILENT_MS = 15000, LOOK_MS = 3000;

const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

const setTheme = (dark) => {
  document.body.dataset.jpThemeLight = String(!dark);
  document.body.dataset.jpThemeName = dark ? "JupyterLab Dark" : "JupyterLab Light";
  const url = new URL(location.href);
  url.searchParams.set("theme", dark ? "dark" : "light");
  history.replaceState(null, "", url);
};

function render({ model, el }) {
  const words = model.get("words");
  const alone = document.body.classList.contains("ogai-wall"); // not a cell of a notebook
  const head = make("header", "og-page-head");
  const title = make("h1", "", model.get("title"));
  const nav = make("nav");
  nav.setAttribute("aria-label", words.pages);
  const links = model.get("pages").map(([name, label]) => {
    const link = make("a", "", label);
    link.dataset.name = name;
    if (name === model.get("name")) link.setAttribute("aria-current", "page");
    nav.append(link);
    return link;
  });
  const live = make("span", "og-page-live");
  const theme = make("button", "og-page-theme");
  theme.type = "button";
  const alarm = make("div", "og-page-alarm");
  alarm.setAttribute("role", "alert");
  alarm.hidden = true;
  head.append(title, ...(alone ? [nav] : []), live, ...(alone ? [theme] : []));
  el.append(head, alarm);
  if (alone) document.title = `${model.get("title")} · OGAI Lab`;
  document.documentElement.lang = alone ? model.get("locale") : document.documentElement.lang;

  const drawTheme = () => {
    const dark = document.body.dataset.jpThemeLight === "false";
    theme.textContent = dark ? words.light : words.dark;
    for (const link of links) link.href = `${link.dataset.name}?theme=${dark ? "dark" : "light"}`;
  };
  theme.addEventListener("click", () => {
    setTheme(document.body.dataset.jpThemeLight !== "false");
    drawTheme();
  });
  drawTheme();

  let heard = Date.now(), gone = false;
  const clock = () => new Date(heard).toLocaleTimeString(model.get("locale"), { hourCycle: "h23" });
  const draw = () => {
    live.dataset.state = gone ? "gone" : "live";
    live.textContent = gone ? words.gone : `${words.live} · ${clock()}`;
    alarm.hidden = !gone;
    if (gone) alarm.textContent = words.since.replace("%1", clock());
  };
  const beat = () => { heard = Date.now(); gone = false; draw(); };
  const look = async () => {
    if (Date.now() - heard < SILENT_MS) return;
    gone = true;
    draw();
    if (!alone) return;
    try {
      const base = document.body.dataset.baseUrl.replace(/voila\/$/, "");
      const answer = await fetch(`${base}ogai/health`, { signal: AbortSignal.timeout(LOOK_MS) });
      // A server that was started anew has none of the old kernels: the page starts anew too.
      if (answer.ok) location.reload();
      else if (answer.status === 401 || answer.status === 403) alarm.textContent = words.signIn;
    } catch { /* still away */ }
  };
  const timer = setInterval(look, LOOK_MS);
  model.on("change:beat", beat);
  draw();

  // The kernel begins its work when somebody looks, and then knows which page was asked for.
  model.set("search", alone ? location.search : "");
  model.set("seen", true);
  model.save_changes();
  return () => { clearInterval(timer); model.off("change:beat", beat); };
}

export default { render };
