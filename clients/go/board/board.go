//go:build linux

// Package board reads the board of an atrad server on the same machine from mapped memory, without a call.
//
// MapBoard of the BoardService tells the path and the generation:
//
//	found, err := atradv1.NewBoardServiceClient(conn).MapBoard(ctx, &atradv1.MapBoardRequest{Namespace: "desk"})
//	reader, err := board.Open(found.Path, found.Generation)
//	value, ok, err := reader.Read("risk/BTCUSDT")
//
// The writer replaces the word of a slot when it posts a value, and never changes a value in place. So a value is whole if the word
// of its slot is the same before and after it was read. The loads of sync/atomic are ordered, and docs/board.md has the format.
package board

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// ErrGone says that the server of the board has gone: ask for the board of the new one.
var ErrGone = errors.New("the server of this board has gone; ask for the board of the new one")

// ErrBusy says that the value was replaced again and again while it was read.
var ErrBusy = errors.New("the value was replaced too often while it was read")

const (
	format      = 1
	open        = 1
	attemptsMax = 1000
	spins       = 20
	heartbeat   = 2 * time.Second
	headerBytes = 4096
	offsetMask  = 1<<26 - 1

	// The words of the header.
	wordMagic      = 0
	wordFormat     = 1
	wordGeneration = 2
	wordState      = 3
	wordHeartbeat  = 4
	wordSlots      = 5
	wordSlotsUsed  = 6
	wordSlotsAt    = 7
	wordFileBytes  = 9
	wordChanges    = 10
	wordAllocated  = 11

	// The words before the texts of a value.
	valueVersion    = 0
	valueTime       = 1
	valueBytes      = 2
	valueNameBytes  = 3
	valueTypeBytes  = 4
	valueLabelBytes = 5
	valueRows       = 6
	valueColumns    = 7
	valueHasTimes   = 8
	valueWords      = 16
)

// Value is a value of a board.
type Value struct {
	// Version is higher than that of every value that was posted to the board before.
	Version uint64
	// Time is when it was posted.
	Time time.Time
	// ContentType is what the bytes are, as the poster says; empty for columns.
	ContentType string
	// Data are the bytes; nil for columns.
	Data []byte
	// Labels are those of the columns; nil for bytes.
	Labels []string
	// Columns are the values of the columns, in the order of the labels.
	Columns [][]float64
	// Times are the times of the rows in nanoseconds since the Unix epoch; nil if the columns have none.
	Times []int64
}

// Reader is a mapped board. It is safe for concurrent use.
type Reader struct {
	file  *os.File
	bytes []byte
	// The first word of the slots, and their number.
	slotsAt, slots uint64
	known          sync.Map // The slot of a name.
	knownNames     atomic.Int64
}

// Open maps the board in a file of this generation, as MapBoard names it.
func Open(path string, generation uint64) (*Reader, error) {
	// Opening a pipe would wait for its other end.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	reader, err := mapped(file, generation)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return reader, nil
}

func mapped(file *os.File, generation uint64) (*Reader, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if size < headerBytes || size > math.MaxInt {
		return nil, fmt.Errorf("a file of %d bytes is not a board", size)
	}
	bytes, err := syscall.Mmap(int(file.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	reader := &Reader{file: file, bytes: bytes}
	if err := reader.begin(generation); err != nil {
		_ = syscall.Munmap(bytes)
		return nil, err
	}
	return reader, nil
}

func (r *Reader) begin(generation uint64) error {
	words := uint64(len(r.bytes) / 8)
	switch {
	case r.word(wordMagic) != binary.LittleEndian.Uint64([]byte("ATRDBRD1")):
		return errors.New("it does not begin with ATRDBRD1")
	case r.word(wordFormat) != format:
		return fmt.Errorf("it has format %d, this reader knows %d", r.word(wordFormat), format)
	case r.word(wordGeneration) != generation:
		return errors.New("it is the board of another server")
	}
	r.slotsAt, r.slots = r.word(wordSlotsAt)/8, r.word(wordSlots)
	if r.word(wordFileBytes)/8 != words || r.slots > words || r.slotsAt > words-2*r.slots {
		return errors.New("its header does not fit its size")
	}
	return nil
}

// Close unmaps the board. Nothing may read it at the same time or afterwards.
func (r *Reader) Close() error {
	err := syscall.Munmap(r.bytes)
	r.bytes = nil
	return errors.Join(err, r.file.Close())
}

// Changes is the number of changes of the board: as long as it stays, no value has changed.
func (r *Reader) Changes() uint64 { return r.word(wordChanges) }

// Check is ErrGone if the server of the board has gone.
func (r *Reader) Check() error {
	if r.word(wordState) != open {
		return ErrGone
	}
	age := time.Duration(time.Now().UnixNano() - int64(r.word(wordHeartbeat)))
	if age.Abs() < heartbeat {
		return nil
	}
	// It was killed, is stopped or slow, or a clock was set. Only its lock tells, which ends with the process.
	descriptor := int(r.file.Fd())
	if syscall.Flock(descriptor, syscall.LOCK_SH|syscall.LOCK_NB) != nil {
		return nil
	}
	_ = syscall.Flock(descriptor, syscall.LOCK_UN)
	return ErrGone
}

// Read copies a value; false if the name has none.
func (r *Reader) Read(name string) (Value, bool, error) {
	if err := r.Check(); err != nil {
		return Value{}, false, err
	}
	for attempt := 0; attempt < attemptsMax; attempt++ {
		slot, found := r.slot(name)
		if !found {
			return Value{}, false, nil
		}
		place := r.word(slot + 1)
		value, ok := r.value(place&offsetMask*8, name)
		if place != 0 && r.word(slot+1) == place && ok {
			return value, true, nil
		}
		if _, wasKnown := r.known.LoadAndDelete(name); wasKnown {
			r.knownNames.Add(-1)
		}
		if attempt > spins {
			runtime.Gosched()
		}
	}
	return Value{}, false, ErrBusy
}

// slot is the first word of the slot of a name. If there is none, the name had no value at some moment of the search: a value never
// moves to another slot while it is there.
func (r *Reader) slot(name string) (uint64, bool) {
	sum := fnv.New64a()
	sum.Write([]byte(name))
	hash := max(sum.Sum64(), 1)
	if known, ok := r.known.Load(name); ok && r.word(known.(uint64)) == hash && r.word(known.(uint64)+1) != 0 {
		return known.(uint64), true
	}
	for at := uint64(0); at < min(r.word(wordSlotsUsed), r.slots); at++ {
		slot := r.slotsAt + 2*at
		if r.word(slot) != hash {
			continue
		}
		place := r.word(slot + 1)
		if place == 0 {
			continue
		}
		_, is := r.header(place&offsetMask*8, name)
		// One that is replaced meanwhile is read again by the caller.
		if is || r.word(slot+1) != place {
			r.remember(name, slot)
			return slot, true
		}
	}
	return 0, false
}

// remember keeps the slot of a name. Of more names than there are slots most have no value any more.
func (r *Reader) remember(name string, slot uint64) {
	if _, isKnown := r.known.Swap(name, slot); !isKnown && r.knownNames.Add(1) > int64(r.slots) {
		r.known.Clear()
		r.knownNames.Store(0)
	}
}

// header is the words before the texts of the value of a name.
func (r *Reader) header(start uint64, name string) ([valueWords]uint64, bool) {
	var header [valueWords]uint64
	if start+valueWords > uint64(len(r.bytes)/8) {
		return header, false
	}
	for at := range header {
		header[at] = r.word(start + uint64(at))
	}
	if header[valueNameBytes] != uint64(len(name)) {
		return header, false
	}
	text, ok := r.copied(8*(start+valueWords), uint64(len(name)))
	return header, ok && string(text) == name
}

func (r *Reader) value(start uint64, name string) (Value, bool) {
	header, ok := r.header(start, name)
	if !ok {
		return Value{}, false
	}
	nameBytes, typeBytes, labelBytes := header[valueNameBytes], header[valueTypeBytes], header[valueLabelBytes]
	limit := uint64(len(r.bytes))
	// Torn numbers may be anything.
	if nameBytes > limit || typeBytes > limit || labelBytes > limit || header[valueRows] > limit || header[valueColumns] > limit {
		return Value{}, false
	}
	texts, ok := r.copied(8*(start+valueWords)+nameBytes, typeBytes+labelBytes)
	if !ok {
		return Value{}, false
	}
	content, ok := r.copied(8*start+(8*valueWords+nameBytes+typeBytes+labelBytes+63)/64*64, header[valueBytes])
	if !ok {
		return Value{}, false
	}
	value := Value{
		Version:     header[valueVersion],
		Time:        time.Unix(0, int64(header[valueTime])),
		ContentType: string(texts[:typeBytes]),
	}
	if header[valueColumns] == 0 {
		value.Data = content
		return value, true
	}
	return value, value.columns(header, string(texts[typeBytes:]), content)
}

func (v *Value) columns(header [valueWords]uint64, labels string, content []byte) bool {
	rows := header[valueRows]
	stride := (8*rows + 63) / 64 * 64
	if uint64(len(content)) < header[valueColumns]*stride {
		return false
	}
	first := uint64(0)
	if header[valueHasTimes] == 1 {
		first, v.Times = 1, make([]int64, rows)
		for row := range v.Times {
			v.Times[row] = int64(binary.LittleEndian.Uint64(content[8*row:]))
		}
	}
	v.Labels = strings.Split(labels, "\n")
	for at := first; at < header[valueColumns]; at++ {
		column := make([]float64, rows)
		for row := range column {
			column[row] = math.Float64frombits(binary.LittleEndian.Uint64(content[at*stride+8*uint64(row):]))
		}
		v.Columns = append(v.Columns, column)
	}
	return len(v.Labels) == len(v.Columns)
}

// copied is a copy of bytes, each word of which is loaded whole; false outside of the board.
func (r *Reader) copied(start, length uint64) ([]byte, bool) {
	// Memory that the server has not allocated is not to be touched.
	limit := min(uint64(len(r.bytes)/8*8), r.word(wordAllocated))
	if start > limit || length > limit-start {
		return nil, false
	}
	before := start % 8
	words := make([]byte, (before+length+7)/8*8)
	for at := 0; at < len(words); at += 8 {
		binary.LittleEndian.PutUint64(words[at:], r.word(start/8+uint64(at)/8))
	}
	return words[before : before+length], true
}

// word is a word of the board. On machines with big-endian numbers no board begins with its magic.
func (r *Reader) word(at uint64) uint64 {
	_ = r.bytes[8*at+7]
	return atomic.LoadUint64((*uint64)(unsafe.Pointer(unsafe.SliceData(r.bytes[8*at:]))))
}
