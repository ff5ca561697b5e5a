# SPDX-License-Identifier: Apache-2.0
"""What a person sees of an HTML report, read out of a page of a real browser."""

# Everything that shows a stored row, as it stands in the document.
CONTENT = r"""
(() => {
  const text = (node) => node ? node.textContent : null;
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const facts = (root) => Object.fromEntries(all(root, ":scope dl.facts > div").map(
      (row) => [text(row.querySelector("dt")), text(row.querySelector("dd"))]));
  const rows = (table) => all(table, "tbody tr").map((row) => [...row.cells].map(text));
  const content = {
    lang: document.documentElement.lang,
    title: text(document.querySelector("h1")),
    tiles: Object.fromEntries(all(document, ".tiles li").map((tile) => [text(tile.querySelector("span")), text(tile.querySelector("b"))])),
    slots: Object.fromEntries(all(document, ".sum > div").map((row) => [text(row.querySelector("dt")), text(row.querySelector("dd"))])),
    headings: all(document, "main h2").map(text),
    tables: {}, attention: [], actions: [], metrics: [],
  };
  for (const section of all(document, "main > section")) {
    if (section.id === "metrics") continue;
    const tables = all(section, "table");
    if (tables.length) content.tables[section.id] = tables.flatMap(rows);
  }
  for (const article of all(document, "#attention article")) {
    for (const finding of all(article, ".findings > li")) {
      const [summary] = all(finding, ":scope > p");
      content.attention.push([article.dataset.playbook, article.dataset.target, text(article.querySelector("h3 .state")),
        finding.dataset.subject, all(finding, ".tag").map(text).join(" "), text(summary), text(finding.querySelector("pre"))]);
      if (!text(finding.querySelector("h4")).startsWith(finding.dataset.subject)) throw new Error("a finding's name");
    }
  }
  for (const article of all(document, "#actions article")) {
    content.actions.push({plan: article.dataset.plan, state: text(article.querySelector("h3 .state")),
                          heading: text(article.querySelector("h3")), ...facts(article)});
  }
  for (const article of all(document, "#metrics article")) {
    const data = article.dataset;
    for (const row of rows(article.querySelector("table"))) {
      content.metrics.push([data.playbook, data.target, data.name, text(article.querySelector(":scope > p.facts")), ...row]);
    }
  }
  return content;
})()
"""

# What markup of a target's would look like, had it become any.
# `local`: links to paths of the same server are ours too.
STRANGERS = r"""
((local) => {
  const found = [];
  const allowed = new Set(("HTML HEAD META LINK TITLE STYLE BODY HEADER MAIN FOOTER SECTION ARTICLE NAV UL LI H1 H2 H3 H4 " +
    "P B SPAN A CODE PRE DL DT DD DIV TABLE CAPTION THEAD TBODY TR TH TD DETAILS SUMMARY WBR").split(" "));
  for (const element of document.querySelectorAll("*")) {
    if (!allowed.has(element.tagName)) found.push("element " + element.tagName);
    for (const attribute of element.attributes) {
      if (attribute.name.startsWith("on") || attribute.name === "style") found.push("attribute " + attribute.name);
    }
  }
  if (document.querySelectorAll("h1").length !== 1) found.push("a second h1");
  if (document.querySelectorAll("style").length !== 1) found.push("a second style");
  for (const link of document.querySelectorAll("a")) {
    const href = link.getAttribute("href");
    if (href.startsWith("#")) {
      if (!document.getElementById(href.slice(1))) found.push("a link to nowhere: " + href);
    } else if (!(local && /^\/(?!\/)/.test(href)) && !/^https?:\/\//.test(href)) {
      found.push("a link to " + href);
    }
  }
  return found;
})
"""

# Text whose colour stands out too little from what is behind it (WCAG 2.2, 1.4.3: 4.5 to 1).
FAINT = r"""
(() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
    return {rgb: [r, g, b], alpha: a};
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const {rgb, alpha} = parse(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return rgb;
      if (alpha !== 0) throw new Error("a half transparent background");
    }
    return [255, 255, 255];
  };
  const found = new Set();
  let looked = 0;
  const judge = (element, style, what) => {
    const front = luminance(parse(style.color).rgb), back = luminance(behind(element));
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    ++looked;
    if (ratio < 4.5) found.add(`${what}: ${ratio.toFixed(2)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    judge(element, getComputedStyle(element), `${element.tagName}.${element.className} "${walker.currentNode.data.slice(0, 30)}"`);
  }
  for (const element of document.querySelectorAll("td, dd")) {
    const before = getComputedStyle(element, "::before");
    if (element.checkVisibility() && before.content !== "none") judge(element, before, `${element.tagName}::before`);
  }
  return {looked, found: [...found]};
})()
"""

# Wider than a window of `width`; `boxes`: or scrolling in a box of its own.
WIDE = r"""
((width, boxes) => {
  const found = [];
  if (innerWidth !== width) found.push("the window has " + innerWidth);
  if (document.documentElement.scrollWidth > width) found.push("the page: " + document.documentElement.scrollWidth);
  for (const box of boxes ? document.querySelectorAll(".wide, pre, div") : []) {
    if (box.scrollWidth > box.clientWidth + 1) found.push(`${box.parentElement.id || box.tagName}: ${box.scrollWidth} > ${box.clientWidth}`);
  }
  return found;
})
"""

# What a screen reader is told of the tables.
TABLES = r"""
[...document.querySelectorAll("table")].map((table) => ({
  named: table.caption.textContent.trim() !== "",
  heads: [...table.tHead.rows[0].cells].every((head) => head.scope === "col" && head.textContent.trim() !== ""),
  rows: [...table.tBodies[0].rows].every((row) => row.cells[0].scope === "row" && row.cells.length === table.tHead.rows[0].cells.length),
}))
"""


def roles(page):
    """How many nodes of each role the accessibility tree has."""
    counts = {}
    for node in page.call("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if role in ("table", "row", "rowheader", "columnheader", "cell") and not node.get("ignored"):
            counts[role] = counts.get(role, 0) + 1
    return counts
