-- Writes an entry of a user if its namespace has room, and if the entry holds what is expected.
-- KEYS: the entry; the sizes of the entries of the namespace (hash, their sum under ''); their ends (sorted set); and for
-- a command that may come twice a key of its own, which says that it was done.
-- ARGV: name, value, TTL in ms, size, quota, last byte of what may be returned; the first 64 bytes expected, if any are.
-- Returns 1, or 0 and the value that is there, or 2 and the bytes used by the others.
local entry, sizes, ends, done = unpack(KEYS)
local name, value, ttl, size, quota, last, expected = unpack(ARGV)
ttl, size, quota = tonumber(ttl), tonumber(size), tonumber(quota)

if done and redis.call('EXISTS', done) == 1 then return {1, ''} end

if expected then
  local held = ''
  if redis.call('TYPE', entry).ok == 'string' then held = redis.call('GETRANGE', entry, 0, last) end
  if string.sub(held, 1, 64) ~= expected then return {0, held} end
end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
-- An eviction takes the one or the other. Sizes that nothing ends would count for ever.
if redis.call('HLEN', sizes) - 1 > redis.call('ZCARD', ends) then redis.call('DEL', sizes, ends) end
local function number(field) return tonumber(redis.call('HGET', sizes, field)) or 0 end
local others, expired
repeat
  expired = redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 100)
  for _, gone in ipairs(expired) do
    redis.call('HINCRBY', sizes, '', -number(gone))
    redis.call('HDEL', sizes, gone)
    redis.call('ZREM', ends, gone)
  end
  others = number('') - number(name)
until #expired == 0 or others + size <= quota
if others + size > quota then return {2, tostring(others)} end

redis.call('SET', entry, value, 'PX', ttl)
redis.call('HSET', sizes, name, size, '', others + size)
redis.call('ZADD', ends, now + ttl, name)
local longest = redis.call('ZREVRANGE', ends, 0, 0, 'WITHSCORES')[2]
redis.call('PEXPIREAT', sizes, longest)
redis.call('PEXPIREAT', ends, longest)
if done then redis.call('SET', done, '', 'PX', 60000) end
return {1, ''}
