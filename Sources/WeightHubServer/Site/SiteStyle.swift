/// The style sheet of the site: light and dark, narrow and wide, on paper.
enum SiteStyle {
  static let sheet: StaticString = """

    :root { color-scheme: light dark; --page: #fbfbfa; --card: #fff; --ink: #1b1c1d;
      --soft: #5d6266; --line: #dcdedf; --accent: #1f5fbf; --good: #17703a; --bad: #b3261e;
      --bar: #3f7fc8; --shade: #eef2f7; --front: #c2571a;
      --c0: #cfe0f7; --c1: #fbdcc5; --c2: #cfeada; --c3: #e6d5f5; --c4: #f3e6b3; --c5: #f7d0de; }
    @media (prefers-color-scheme: dark) {
      :root { --page: #131416; --card: #1c1e21; --ink: #e8e9ea; --soft: #a2a7ac; --line: #35393d;
        --accent: #8ab4f8; --good: #7fd49b; --bad: #ff9a91; --bar: #4c86cc;
        --shade: #24282d; --front: #f0a070;
        --c0: #1f3a60; --c1: #5b3419; --c2: #1f4a33; --c3: #432a5a; --c4: #4d4117;
        --c5: #5a2439; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    header, main, footer, nav.site { max-width: 1160px; margin: 0 auto; padding: 0 20px; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: 4px 0; overflow-wrap: anywhere; }
    h2 { font-size: 1.15rem; margin: 0 0 8px; overflow-wrap: anywhere; }
    h3 { font-size: 1.02rem; margin: 16px 0 6px; overflow-wrap: anywhere; }
    h4 { font-size: .92rem; margin: 14px 0 4px; overflow-wrap: anywhere; }
    p { margin: 0 0 12px; overflow-wrap: anywhere; }
    .note, header p, footer { color: var(--soft); font-size: .9rem; }
    a { color: var(--accent); text-underline-offset: 2px; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    .skip { position: absolute; left: -9999px; } .skip:focus { position: static; }
    nav ul, nav ol { display: flex; flex-wrap: wrap; list-style: none; padding: 0; margin: 0; }
    nav.site { padding-top: 12px; padding-bottom: 12px; } nav.site ul { gap: 4px 20px; }
    nav.site a { text-decoration: none; } nav.site a:hover { text-decoration: underline; }
    nav.way { font-size: .9rem; overflow-wrap: anywhere; margin-top: 10px; }
    nav.way li:not(:last-child)::after { content: "/"; color: var(--soft); padding: 0 6px; }
    nav.tabs ul { gap: 6px 18px; margin: 8px 0 0; }
    [aria-current] { font-weight: 650; color: var(--ink); text-decoration: none; }
    section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: 18px; margin: 16px 0; min-width: 0; }
    section > :last-child { margin-bottom: 0; }
    form { display: flex; flex-wrap: wrap; gap: 10px 14px; align-items: end; margin: 0 0 14px; }
    .field { display: flex; flex-direction: column; gap: 2px; flex: 1 1 150px; min-width: 0; }
    label { color: var(--soft); font-size: .85rem; }
    input, select, button { font: inherit; color: var(--ink); background: var(--page);
      border: 1px solid var(--soft); border-radius: 6px; padding: 6px 10px; width: 100%;
      min-height: 38px; }
    button { width: auto; background: var(--accent); color: var(--card);
      border-color: var(--accent); font-weight: 600; cursor: pointer; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 12px;
      margin: 16px 0; }
    .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: 12px 14px; min-width: 0; }
    dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; overflow-wrap: anywhere; }
    dd strong { font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums;
      display: block; }
    dd small { color: var(--soft); font-size: .8rem; }
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr));
      gap: 10px 18px; margin: 0 0 12px; }
    .two { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 16px; }
    @media (min-width: 900px) { .two { grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); } }
    .good { color: var(--good); font-weight: 650; } .bad { color: var(--bad); font-weight: 650; }
    .mark { color: var(--front); font-weight: 650; white-space: nowrap; }
    .badge { border: 1px solid var(--line); border-radius: 99px; padding: 1px 9px; font-size: .8rem;
      color: var(--soft); white-space: nowrap; margin-right: 6px; }
    th .badge { margin-left: 6px; } pre.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; } .wide { min-width: 640px; }
    table { border-collapse: collapse; width: 100%; font-size: .88rem;
      font-variant-numeric: tabular-nums; }
    th, td { text-align: left; padding: 5px 10px; border-bottom: 1px solid var(--line);
      vertical-align: top; }
    thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
    tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 9em; }
    th.number, td.number { text-align: right; white-space: nowrap; }
    tr.front { background: var(--shade); } tr:target { background: var(--c4); }
    code, pre { font: .85rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
    p code, li code, td code, dd code { background: var(--shade); border-radius: 4px;
      padding: 1px 4px; overflow-wrap: anywhere; }
    td.short { white-space: nowrap; } svg.bar { height: 24px; }
    nav.pages { margin: 0 0 12px; } nav.pages a { margin-right: 14px; }
    svg.histogram { width: 128px; height: 28px; background: var(--shade); border-radius: 3px; }
    .values { min-width: 138px; font-size: .8rem; color: var(--soft); }
    td code.whole { overflow-wrap: normal; }
    pre { background: var(--shade); border-radius: 8px; padding: 10px 12px; overflow-x: auto;
      margin: 0 0 12px; }
    .quote { border-left: 3px solid var(--line); padding-left: 12px; color: var(--soft); }
    ul.plain { list-style: none; padding: 0; margin: 0 0 12px; } ul.plain li { padding: 2px 0; }
    svg { display: block; width: 100%; height: auto; }
    svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
    svg text.soft { fill: var(--soft); }
    .grid { stroke: var(--line); stroke-width: 1; }
    .cap { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; }
    .frontline { fill: none; stroke: var(--front); stroke-width: 2; }
    .dot { fill: var(--bar); } .dot.best { fill: var(--front); }
    a:hover .dot, a:focus-visible .dot { stroke: var(--ink); stroke-width: 2; }
    .track { fill: var(--shade); } .model { fill: var(--bar); } .code { fill: var(--front); }
    .cell rect { stroke: var(--card); stroke-width: 1.5; }
    .cell:hover rect, .cell:focus-visible rect { stroke: var(--ink); stroke-width: 3; }
    .c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); }
    .c3 { fill: var(--c3); } .c4 { fill: var(--c4); } .c5 { fill: var(--c5); }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; list-style: none; padding: 0;
      margin: 8px 0 12px; font-size: .85rem; color: var(--soft); }
    .legend svg { display: inline-block; width: 12px; height: 12px; margin-right: 6px;
      vertical-align: -1px; }
    footer { padding: 8px 20px 40px; }
    @media (max-width: 560px) { header, main, footer, nav.site { padding-left: 12px;
      padding-right: 12px; } section { padding: 14px 12px; } h1 { font-size: 1.35rem; } }
    @media print { nav, form, .skip { display: none; } body { background: #fff; }
      section { break-inside: avoid-page; border: 0; padding: 0; } .scroll { overflow: visible; }
      a { color: inherit; } }

    """
}
