/** The sandbox's style sheet: the platform's tokens, with a purple river, so that outside looks like outside. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1b2430; --paper: #ffffff; --quiet: #f5f7f9; --line: #d8dee6; --river: #6b3fa0;
  --good: #1d7a46; --warn: #8a5a00; --bad: #b3261e; --soft: #55606e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --paper: #14191f; --quiet: #1d242c; --line: #36404b; --river: #c3a6f0;
  --good: #6fcf97; --warn: #e3b341; --bad: #ff8a80; --soft: #a3afbc; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/24px system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; padding: 12px 16px; border-bottom: 1px solid var(--line); background: var(--quiet); }
header .house { font-weight: 600; color: var(--ink); text-decoration: none; }
nav { display: flex; gap: 16px; flex-wrap: wrap; }
main { max-width: 72ch; padding: 8px 16px 48px; }
main.wide { max-width: 1200px; }
h1 { font-size: 24px; line-height: 32px; margin: 16px 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 18px; line-height: 24px; margin: 32px 0 8px; }
a { color: var(--river); }
p { margin: 8px 0; }
label { display: block; font-weight: 600; margin: 16px 0 4px; }
.hint, .small { font-size: 14px; line-height: 20px; color: var(--soft); }
.hint { margin: 0 0 4px; }
input, select, textarea { font: inherit; width: 100%; max-width: 28ch; padding: 8px 10px; color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 6px; }
input[type=checkbox], input[type=radio] { width: auto; }
button { font: inherit; min-height: 44px; padding: 8px 16px; border: 1px solid var(--river); border-radius: 6px; background: var(--paper); color: var(--river); cursor: pointer; }
button.primary { background: var(--river); color: var(--paper); font-weight: 600; }
button.stop { border-color: var(--bad); color: var(--bad); }
:focus-visible { outline: 3px solid var(--river); outline-offset: 2px; }
form.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; margin: 8px 0; }
form.row > div { flex: 1 1 20ch; max-width: 32ch; }
form.row label { margin-top: 4px; }
form.inline { display: inline; }
.badge { display: inline-block; font-size: 14px; line-height: 20px; padding: 0 8px; border: 1px solid var(--line); border-radius: 10px; background: var(--quiet); white-space: nowrap; }
.badge.good { color: var(--good); border-color: currentColor; } .badge.warn { color: var(--warn); border-color: currentColor; } .badge.bad { color: var(--bad); border-color: currentColor; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { position: sticky; top: 0; background: var(--paper); font-size: 14px; line-height: 20px; }
td.number, th.number { text-align: right; }
ol.list, ul.list { list-style: none; padding: 0; margin: 8px 0; }
ol.list > li, ul.list > li { padding: 12px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.said { white-space: pre-wrap; margin: 4px 0; }
.when { white-space: nowrap; }
ul.states { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 24px; padding: 0; margin: 16px 0; }
.call h2 { margin-top: 4px; }
.call { border: 2px solid var(--river); border-radius: 6px; padding: 12px 16px; margin: 16px 0; background: var(--quiet); }
.keys { display: grid; grid-template-columns: repeat(3, 64px); gap: 8px; margin: 12px 0; }
.keys button { padding: 8px 0; font-size: 18px; }
.error { border-left: 4px solid var(--bad); padding: 4px 12px; background: var(--quiet); }
iframe { width: 100%; min-height: 480px; border: 1px solid var(--line); border-radius: 6px; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--quiet); padding: 12px; border-radius: 6px; font-size: 14px; line-height: 20px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 8px 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
@media print { header nav, form { display: none; } }
@media (max-width: 640px) {
  table.stack thead { display: none; }
  table.stack tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
  table.stack td { display: flex; gap: 12px; padding: 2px 0; border: 0; text-align: left; }
  table.stack td::before { content: attr(data-label); flex: 0 0 8ch; font-size: 14px; color: var(--soft); }
}
@media (max-width: 480px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 8px; } }
`;

/**
 * Shows what changed without a flicker: fetches the same address and replaces `#live` when it differs, but never under the
 * hands of somebody who is typing. Without JavaScript the page reloads itself by a meta element instead.
 */
export const liveScript = `
const seconds = Number(document.currentScript.dataset.seconds);
let shown = document.getElementById('live').innerHTML;
async function look() {
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const fresh = page.getElementById('live').innerHTML;
    const busy = document.activeElement && document.activeElement.matches('input, textarea, select');
    if (fresh !== shown && !busy) {
      const live = document.getElementById('live');
      const key = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.key : undefined;
      live.innerHTML = fresh;
      document.title = page.title;
      shown = fresh;
      const again = key && live.querySelector('[data-key="' + key + '"]');
      if (again) again.focus();
    }
  } catch (error) {
    console.warn('the page could not be refreshed; it tries again', error);
  }
  setTimeout(look, seconds * 1000);
}
setTimeout(look, seconds * 1000);
`;
