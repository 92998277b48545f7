// The page's life: it follows what the receiver tells, and tells it what to do.
import { lineView, requestView } from "./view.js";

const most = 200;
const list = document.querySelector("#requests");
const lines = document.querySelector("#lines");
const state = document.querySelector("#state");
const trouble = document.querySelector("#trouble");
const cards = new Map(); // by name

document.querySelector("#target").textContent = new URL("hooks/mine", location.href).href;

const source = new EventSource("requests");
source.addEventListener("open", () => show("live"));
source.addEventListener("error", () => show(source.readyState === EventSource.CLOSED ? "ended: load the page again" : "connecting …"));
source.addEventListener("message", (event) => {
  const told = JSON.parse(event.data);
  if (told.anew) {
    list.replaceChildren();
  }
  for (const line of told.lines) {
    if (!cards.has(line.name)) {
      const card = lineView(line, tell);
      cards.set(line.name, card);
      lines.append(card.element);
    }
    cards.get(line.name).update(line);
  }
  list.prepend(...told.requests.map(requestView).reverse());
  while (list.children.length > most) {
    list.lastElementChild.remove();
  }
  document.querySelector("#empty").hidden = list.children.length > 0;
});

function show(text) {
  state.textContent = text;
  state.classList.toggle("good", text === "live");
}

// tell posts a command, and reports whether it was taken.
async function tell(path, command) {
  trouble.hidden = true;
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(command),
    });
  } catch {
    return refused("The receiver cannot be reached: is the demonstration still running?");
  }
  return answer.ok || refused(await answer.text());
}

function refused(text) {
  trouble.textContent = text;
  trouble.hidden = false;
  return false;
}
