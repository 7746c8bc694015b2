"""The page at /docs: reads /openapi.json and shows it; nothing of it comes from elsewhere."""

DOCS_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Entrepot API</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{max-width:64rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;text-transform:capitalize}
details{border:1px solid #8884;border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}
summary{cursor:pointer}code,pre{font:13px/1.45 ui-monospace,monospace}
pre{overflow:auto;background:#8881;padding:.6rem;border-radius:4px}
b{display:inline-block;min-width:4.2rem}small{opacity:.7}
</style></head><body>
<h1>Entrepot API</h1>
<p>The authority is <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1); this page shows it.</p>
<main id="list">Reading…</main>
<script>
const el=(t,c,x)=>{const e=document.createElement(t);if(x)e.textContent=x;c.append(e);return e};
const pre=(c,h,v)=>{el("div",c,h);el("pre",c,JSON.stringify(v,null,1))};
fetch("/openapi.json").then(r=>r.json()).then(d=>{
 const list=document.getElementById("list");list.textContent="";const tags={};
 for(const [p,ops] of Object.entries(d.paths))for(const [m,o] of Object.entries(ops))
  (tags[o.tags[0]]??=[]).push([m,p,o]);
 for(const [tag,ops] of Object.entries(tags)){el("h2",list,tag);
  for(const [m,p,o] of ops){const box=el("details",list);const s=el("summary",box);
   el("b",s,m.toUpperCase());el("code",s,p);el("small",s,"  "+o.summary);
   if(o.description)el("p",box,o.description);
   if(o.parameters.length)pre(box,"Parameters",o.parameters);
   if(o.requestBody)pre(box,"Body",o.requestBody.content);
   pre(box,"Answers",o.responses);}}
 pre(list,"Schemas",d.components.schemas);
});
</script></body></html>
"""
