-- Deletes an entry of a user, and what its namespace counts of it. KEYS as in write.lua; ARGV: name.
local size = redis.call('HGET', KEYS[2], ARGV[1])
if size then
  redis.call('HINCRBY', KEYS[2], '', -tonumber(size))
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
end
return redis.call('DEL', KEYS[1])
