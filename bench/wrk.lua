-- Requests read from a file once, then only a counter is put into them: the generator must cost
-- less than what it measures. The file holds templates separated by \30, their parts by \31;
-- between two parts goes the counter, as 12 hexadecimal digits.
local format = string.format
local threads = {}
local templates, size, n = {}, 0, 0

counts_by_status = {} -- global: `done` asks each thread for it by name

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   local file = assert(io.open(args[1], "rb"))
   for template in file:read("*a"):gmatch("[^\30]+") do
      local parts = {}
      for part in template:gmatch("[^\31]+") do
         parts[#parts + 1] = part
      end
      size = size + 1
      templates[size] = parts
   end
   file:close()
end

function request()
   n = n + 1
   local t = templates[(n - 1) % size + 1]
   if t[2] == nil then
      return t[1]
   end
   local counter = format("%012x", n)
   return t[1] .. counter .. t[2] .. counter .. t[3]
end

function response(status)
   counts_by_status[status] = (counts_by_status[status] or 0) + 1
end

function done(summary, latency)
   local found = {}
   for _, thread in ipairs(threads) do
      for status, count in pairs(thread:get("counts_by_status") or {}) do
         found[status] = (found[status] or 0) + count
      end
   end
   local parts = {}
   for status, count in pairs(found) do
      parts[#parts + 1] = format('"%s": %d', status, count)
   end
   local e = summary.errors
   io.write(format(
      '{"statuses": {%s}, "requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f,'
         .. ' "socket_errors": %d}\n',
      table.concat(parts, ", "), summary.requests, summary.duration / 1e6,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      e.connect + e.read + e.write + e.timeout))
end
