/// The style sheet of reports: light and dark, narrow and wide.
enum ReportStyle {
  static let sheet: StaticString = """

    :root { color-scheme: light dark; --page: #fbfbfa; --card: #fff; --ink: #1b1c1d;
      --soft: #5d6266;
      --line: #dcdedf; --accent: #1f5fbf; --good: #17703a; --bad: #b3261e; --bar: #9db8dd;
      --b0: #e3edf9; --b1: #c5daf3; --b2: #9fc1ea; --b3: #6fa1dc; --b4: #3f7fc8; --b5: #245fa3;
      --b6: #143f74; --k0: #1f5fbf; --k1: #c2571a; --k2: #2b7d4f; --k3: #8a4fb8; --k4: #a67c00;
      --k5: #b8336a; --k6: #00798c; --k7: #70757a; }
    @media (prefers-color-scheme: dark) {
      :root { --page: #131416; --card: #1c1e21; --ink: #e8e9ea; --soft: #a2a7ac; --line: #35393d;
        --accent: #8ab4f8; --good: #7fd49b; --bad: #ff9a91; --bar: #41618f;
        --b0: #16283f; --b1: #1c385c; --b2: #244c7e; --b3: #2f66a8; --b4: #4c86cc; --b5: #82aee2;
        --b6: #bcd4f2; --k0: #8ab4f8; --k1: #f0a070; --k2: #7fcf9f; --k3: #c9a0ea; --k4: #e0bf5a;
        --k5: #f08cb5; --k6: #62cbdc; --k7: #a2a7ac; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    header, main, footer, nav { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
    header { padding-top: 28px; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
    h2 { font-size: 1.15rem; margin: 0 0 4px; }
    h3 { font-size: .9rem; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
    p { margin: 0 0 12px; } header p, .note, figcaption, footer { color: var(--soft);
      font-size: .9rem; }
    header p { overflow-wrap: anywhere; }
    a { color: var(--accent); } :focus-visible { outline: 3px solid var(--accent);
      outline-offset: 2px; }
    .skip { position: absolute; left: -9999px; } .skip:focus { position: static; }
    nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0;
      margin: 12px 0; }
    section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: 18px; margin: 16px 0; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(232px, 1fr)); gap: 12px;
      margin: 16px 0; }
    .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: 12px 14px; }
    dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; }
    dd strong { font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums;
      display: block; }
    dd small { color: var(--soft); font-size: .8rem; }
    .checks { list-style: none; padding: 0; margin: 0; } .checks li { padding: 2px 0; }
    .holds { color: var(--good); font-weight: 650; } .broken { color: var(--bad);
      font-weight: 650; }
    .scroll { overflow-x: auto; } .wide { min-width: 680px; }
    svg { display: block; width: 100%; height: auto; }
    svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
    svg text.soft { fill: var(--soft); } svg text.layer { font-weight: 700; }
    .grid { stroke: var(--line); stroke-width: 1; } .axis { stroke: var(--soft); stroke-width: 1; }
    .cell rect { stroke: var(--card); stroke-width: 1; } .frame { fill: none; stroke: var(--ink);
      stroke-width: 1.5; }
    .cell:focus-visible { outline: none; } .cell:focus-visible rect { stroke: var(--ink);
      stroke-width: 4; }
    .cell:hover rect { stroke: var(--ink); stroke-width: 2; }
    .b0 { fill: var(--b0); } .b1 { fill: var(--b1); } .b2 { fill: var(--b2); }
      .b3 { fill: var(--b3); }
    .b4 { fill: var(--b4); } .b5 { fill: var(--b5); } .b6 { fill: var(--b6); }
      .bn { fill: var(--line); }
    text.on4, text.on5, text.on6 { fill: #fff; }
    @media (prefers-color-scheme: dark) { text.on4, text.on5, text.on6 { fill: #0c1420; } }
    .k0 { fill: var(--k0); } .k1 { fill: var(--k1); } .k2 { fill: var(--k2); }
      .k3 { fill: var(--k3); }
    .k4 { fill: var(--k4); } .k5 { fill: var(--k5); } .k6 { fill: var(--k6); }
      .k7 { fill: var(--k7); }
    .lowest { fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 4 3; }
    .bar { fill: var(--bar); } .stem { stroke: var(--k1); stroke-width: 1.5; }
    .outline { fill: none; stroke: var(--k1); stroke-width: 1.5; } .knob { fill: var(--k1); }
    .curve { fill: none; stroke: var(--k0); stroke-width: 2; } .here { fill: var(--k1); }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; list-style: none; padding: 0;
      margin: 8px 0 0;
      font-size: .85rem; color: var(--soft); }
    .legend svg { display: inline-block; width: 12px; height: 12px; margin-right: 6px;
      vertical-align: -1px; }
    .many { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 18px; }
    figure { margin: 0; }
    table { border-collapse: collapse; width: 100%; font-size: .85rem;
      font-variant-numeric: tabular-nums; }
    th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--line);
      white-space: nowrap; }
    thead th { color: var(--soft); font-weight: 600; } tbody th { font-weight: 400; }
    th.name, td.name { text-align: left; } tr:target { background: var(--b0); }
    footer { padding: 8px 20px 40px; }
    @media print { nav { display: none; } section { break-inside: avoid; } }

    """
}
