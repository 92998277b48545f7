// What is shown, made of elements: nothing that came over the network is ever read as HTML.

const answers = [
  ["200", "200", "Messages are taken."],
  ["500", "500", "Messages fail, and are tried again."],
  ["429", "429", "Asks to be left alone for five seconds."],
  ["hang", "hang", "Does not answer at all."],
  ["301", "301", "Points elsewhere, which is not followed."],
  ["410", "410", "Is gone: the webhook is switched off."],
  ["now-and-then", "now and then 500", "Of every fourth message, the first attempt fails."],
];

const verdicts = {
  valid: "valid", wrong: "wrong", none: "not signed", old: "old", unknown: "secret not known",
};

// el makes an element with properties and children.
function el(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

// lineView is the card of a path: what it answers, and its secret.
export function lineView(line, tell) {
  const tally = el("p", { className: "tally" });
  const inputs = new Map();
  const choices = answers.map(([value, label, what]) => {
    const input = el("input", { type: "radio", name: `answer-${line.name}`, value, checked: value === line.answer });
    input.addEventListener("change", () => tell("answers", { name: line.name, answer: value }));
    inputs.set(value, input);
    return el("label", { title: what }, input, el("span", {}, label));
  });
  const about = el("p", { className: "about" });
  const element = el("fieldset", { className: "card" },
    el("legend", {}, `/hooks/${line.name}`),
    el("div", { className: "choices" }, ...choices),
    about, tally, secretView(line.name, tell));
  const update = (now) => {
    inputs.get(now.answer).checked = true;
    about.textContent = answers.find(([value]) => value === now.answer)[2];
    tally.textContent = `${count(now.requests, "request")}, ${now.valid} signed rightly, ${now.refused} refused`
      + (now.secret ? "" : "; its secret is not known");
  };
  return { element, update };
}

function count(n, word) {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

// secretView takes another secret: after a rotation, or for a webhook of one's own.
function secretView(name, tell) {
  const input = el("input", { type: "text", autocomplete: "off", spellcheck: false, placeholder: "whsec_…", required: true });
  const said = el("span", { className: "said" });
  said.setAttribute("role", "status");
  const form = el("form", {}, el("label", {}, "Secret that signatures are checked with", input), el("button", { type: "submit" }, "Use it"), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const taken = await tell("secrets", { name, secret: input.value });
    said.textContent = taken ? "It counts from the next request on." : "";
    if (taken) {
      input.value = "";
    }
  });
  return el("details", {}, el("summary", {}, "Another secret"), form);
}

// requestView is a request as a row that folds out.
export function requestView(r) {
  const at = new Date(r.at);
  const cell = (name, ...children) => el("span", { className: `cell ${name}` }, ...children);
  const word = (text) => el("span", { className: "word" }, text); // read out; the head of the column says it to the eye
  const pill = (good, text) => el("span", { className: `pill ${good ? "good" : "bad"}` }, text);
  const summary = el("summary", {},
    cell("time", el("time", { dateTime: r.at, title: at.toLocaleString() }, at.toLocaleTimeString([], { hour12: false }))),
    cell("path", el("span", { className: "prefix" }, "/hooks/"), r.name),
    cell("trigger", r.trigger || "—"),
    cell("id", el("code", { title: r.id }, r.id || "—")),
    cell("attempt", r.attempt > 1 ? el("strong", {}, ordinal(r.attempt)) : ordinal(r.attempt), word(" attempt")),
    cell("verdict", word("signature "), pill(r.verdict === "valid", verdicts[r.verdict] ?? r.verdict)),
    cell("status", word("answered "), pill(r.status >= 200 && r.status < 300, r.status ? String(r.status) : "nothing")),
  );
  const body = el("pre", { tabIndex: 0 });
  const details = el("details", {}, summary, el("p", { className: "why" }, r.why), body);
  details.addEventListener("toggle", () => { // made when it is looked at
    if (details.open && !body.textContent) {
      body.textContent = indented(r.body) + (r.cut ? `\n… (${r.bytes} bytes in all)` : "");
    }
  });
  return el("li", { value: r.number }, details);
}

function ordinal(n) {
  return n === 1 ? "1st" : n === 2 ? "2nd" : n === 3 ? "3rd" : `${n}th`;
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
