//! What must happen atomically inside the server, as Lua.

/// Resets the idle time of those entries that the worker still owns, and gives back those it does not.
/// Keys: the stream. Arguments: group, worker, entry ids.
pub(super) const HEARTBEAT: &str = r"
local lost = {}
for i = 3, #ARGV do
  local owned = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2])
  local kept = #owned > 0 and redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID') or {}
  if #kept == 0 then lost[#lost + 1] = ARGV[i] end
end
return lost";

/// Deletes, in one page of the stream, the entries of a run (and of one device, if given) that are not leased.
/// Keys: the stream. Arguments: group, where to start, page size, run, device or an empty text.
/// Gives the last entry looked at (empty at the end of the stream) and how many were deleted.
pub(super) const REMOVE_WAITING: &str = r"
local page = redis.call('XRANGE', KEYS[1], ARGV[2], '+', 'COUNT', ARGV[3])
local removed = 0
for _, entry in ipairs(page) do
  local fields = {}
  for i = 1, #entry[2], 2 do fields[entry[2][i]] = entry[2][i + 1] end
  if fields.run == ARGV[4] and (ARGV[5] == '' or fields.device == ARGV[5]) then
    if #redis.call('XPENDING', KEYS[1], ARGV[1], entry[1], entry[1], 1) == 0 then
      removed = removed + redis.call('XDEL', KEYS[1], entry[1])
    end
  end
end
local last = #page == tonumber(ARGV[3]) and page[#page][1] or ''
return {last, removed}";

/// Removes a consumer that holds nothing; otherwise its tasks have to be taken over first.
/// Keys: the stream. Arguments: group, worker. Gives 1 if it was removed.
pub(super) const FORGET_CONSUMER: &str = r"
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1";

/// A script as a command on one stream; its arguments follow.
pub(super) fn on(script: &str, stream: &str) -> redis::Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(1).arg(stream);
    command
}
