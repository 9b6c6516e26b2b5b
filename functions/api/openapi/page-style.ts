// Contrasts, light and dark: text 16:1 and 14:1, quiet text 7:1, methods 4.9:1 at least (WCAG 2.2 AA wants 4.5:1).
const colours =
  ":root{--text:#1a1a1a;--back:#fff;--quiet:#545454;--line:#d9d9d9;--panel:#f5f5f5;--link:#0b4a8f}" +
  "@media(prefers-color-scheme:dark){:root{--text:#e8e8e8;--back:#161616;--quiet:#ababab;--line:#3d3d3d;--panel:#222;--link:#8ab8ee}}";

/** Topics beside the text where there is room, above it where there is none. */
const layout =
  "*{box-sizing:border-box}html{scroll-padding-top:1rem}" +
  "body{font:1rem/1.55 system-ui,sans-serif;margin:0;color:var(--text);background:var(--back)}" +
  "nav{padding:1rem;border-bottom:1px solid var(--line)}nav>a{font-weight:600}" +
  "nav ul{list-style:none;margin:.5rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem .75rem;font-size:.9rem}" +
  "main{max-width:52rem;padding:1rem 1.25rem 4rem}a{color:var(--link)}" +
  "@media(min-width:64rem){body{display:grid;grid-template-columns:15rem 1fr}nav{position:sticky;top:0;height:100vh;overflow:auto;border:0;border-right:1px solid var(--line)}nav ul{display:block}nav li{margin:.35rem 0}main{padding:1rem 3rem 6rem}}";

const parts =
  "h1{font-size:1.8rem}h2{margin-top:3rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}h4{margin:1.25rem 0 .25rem;font-size:.95rem}" +
  "code,pre{font-family:ui-monospace,monospace;font-size:.88em}" +
  "pre{overflow:auto;background:var(--panel);padding:.75rem;border-radius:.375rem;margin:.25rem 0}" +
  "details.call{border:1px solid var(--line);border-radius:.375rem;margin:.5rem 0}details.call>summary{padding:.5rem .75rem;cursor:pointer}" +
  "details.call[open]>summary{border-bottom:1px solid var(--line)}details.call>div{padding:.25rem .75rem .75rem}" +
  "summary:focus-visible,a:focus-visible{outline:3px solid var(--link);outline-offset:2px}" +
  "summary .said{color:var(--quiet);margin-left:.5rem}.quiet{color:var(--quiet);font-size:.9rem}" +
  ".method{display:inline-block;min-width:4.2rem;text-align:center;border-radius:.25rem;padding:.05rem .4rem;margin-right:.5rem;font:600 .8rem/1.5 ui-monospace,monospace;color:#fff;background:#555}" +
  ".get{background:#0b5c8f}.post{background:#1f6b33}.patch,.put{background:#8a4b00}.delete{background:#a3222a}" +
  ".ours{border:1px solid var(--line);border-radius:1rem;padding:0 .5rem;font-size:.75rem;color:var(--quiet);margin-left:.5rem}" +
  ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}" +
  "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}th{font-weight:600;color:var(--quiet)}";

export const pageStyle = colours + layout + parts;
