package safehttp_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"

	"golang.org/x/net/dns/dnsmessage"
)

// zone answers the questions of a resolver: with the addresses of a name, behind
// an alias where there is one. No addresses means that there is no such name.
type zone func(name string) (alias string, addrs []netip.Addr)

// resolver answers every question with addr, or with "no such name" if addr is
// the zero value.
func resolver(addr netip.Addr) *net.Resolver {
	return zone(func(string) (string, []netip.Addr) {
		if !addr.IsValid() {
			return "", nil
		}
		return "", []netip.Addr{addr}
	}).resolver()
}

// changing answers the first look-up of a name with one address, and each later
// one with another.
func changing(first, later netip.Addr) *net.Resolver {
	var asked atomic.Int32
	return zone(func(string) (string, []netip.Addr) {
		if asked.Add(1) <= 2 { // IPv4 and IPv6 are asked for apart
			return "", []netip.Addr{first}
		}
		return "", []netip.Addr{later}
	}).resolver()
}

// refusing answers every question with an error.
func refusing(code dnsmessage.RCode) *net.Resolver {
	return over(func(conn net.Conn) {
		serveDNS(conn, func(id uint16, q dnsmessage.Question) dnsmessage.Message {
			return dnsmessage.Message{Header: dnsmessage.Header{ID: id, Response: true, RCode: code}, Questions: []dnsmessage.Question{q}}
		})
	})
}

func (z zone) resolver() *net.Resolver {
	return over(func(conn net.Conn) { serveDNS(conn, z.answer) })
}

func over(serve func(net.Conn)) *net.Resolver {
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go serve(ours)
		return theirs, nil
	}}
}

// serveDNS speaks DNS over a stream: two bytes of length before each message.
func serveDNS(conn net.Conn, answer func(uint16, dnsmessage.Question) dnsmessage.Message) {
	defer conn.Close()
	var size uint16
	if binary.Read(conn, binary.BigEndian, &size) != nil {
		return
	}
	query := make([]byte, size)
	if _, err := io.ReadFull(conn, query); err != nil {
		return
	}
	var in dnsmessage.Message
	if in.Unpack(query) != nil || len(in.Questions) != 1 {
		return
	}
	out := answer(in.ID, in.Questions[0])
	packed, err := out.AppendPack(make([]byte, 2, 512))
	if err != nil {
		return
	}
	binary.BigEndian.PutUint16(packed, uint16(len(packed)-2))
	_, _ = conn.Write(packed)
}

func (z zone) answer(id uint16, question dnsmessage.Question) dnsmessage.Message {
	out := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, Response: true, RecursionAvailable: true},
		Questions: []dnsmessage.Question{question},
	}
	owner := question.Name
	alias, addrs := z(strings.TrimSuffix(owner.String(), "."))
	if len(addrs) == 0 {
		out.RCode = dnsmessage.RCodeNameError
		return out
	}
	add := func(kind dnsmessage.Type, body dnsmessage.ResourceBody) {
		head := dnsmessage.ResourceHeader{Name: owner, Type: kind, Class: dnsmessage.ClassINET}
		out.Answers = append(out.Answers, dnsmessage.Resource{Header: head, Body: body})
	}
	if alias != "" {
		target := dnsmessage.MustNewName(alias + ".")
		add(dnsmessage.TypeCNAME, &dnsmessage.CNAMEResource{CNAME: target})
		owner = target
	}
	for _, addr := range addrs {
		switch {
		case addr.Is4() && question.Type == dnsmessage.TypeA:
			add(dnsmessage.TypeA, &dnsmessage.AResource{A: addr.As4()})
		case addr.Is6() && question.Type == dnsmessage.TypeAAAA:
			add(dnsmessage.TypeAAAA, &dnsmessage.AAAAResource{AAAA: addr.As16()})
		}
	}
	return out
}
