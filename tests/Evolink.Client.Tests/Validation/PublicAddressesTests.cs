using System.Net;

namespace Evolink.Client.Tests;

public sealed class PublicAddressesTests
{
    [Theory]
    [InlineData("0.0.0.0"), InlineData("0.255.255.255")]
    [InlineData("10.0.0.0"), InlineData("10.255.255.255")]
    [InlineData("100.64.0.0"), InlineData("100.127.255.255")]
    [InlineData("127.0.0.1"), InlineData("127.255.255.255")]
    [InlineData("168.63.129.16"), InlineData("::ffff:168.63.129.16"), InlineData("64:ff9b::168.63.129.16")]
    [InlineData("169.254.0.0"), InlineData("169.254.169.254"), InlineData("169.254.255.255")]
    [InlineData("172.16.0.0"), InlineData("172.31.255.255")]
    [InlineData("192.0.0.0"), InlineData("192.0.0.255")]
    [InlineData("192.0.2.0"), InlineData("192.0.2.255")]
    [InlineData("192.88.99.0"), InlineData("192.88.99.255")]
    [InlineData("192.168.0.0"), InlineData("192.168.255.255")]
    [InlineData("198.18.0.0"), InlineData("198.19.255.255")]
    [InlineData("198.51.100.0"), InlineData("198.51.100.255")]
    [InlineData("203.0.113.0"), InlineData("203.0.113.255")]
    [InlineData("224.0.0.1"), InlineData("239.255.255.255")]
    [InlineData("240.0.0.0"), InlineData("255.255.255.255")]
    [InlineData("::"), InlineData("::1"), InlineData("::127.0.0.1"), InlineData("::8.8.8.8")]
    [InlineData("::ffff:10.0.0.1"), InlineData("::ffff:127.0.0.1"), InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::10.0.0.1"), InlineData("64:ff9b:1::8.8.8.8")]
    [InlineData("100::1")]
    [InlineData("2001::1"), InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2"), InlineData("2001:1ff:ffff::1")]
    [InlineData("2001:db8::1"), InlineData("3fff::1")]
    [InlineData("2002:0a00:0001::1"), InlineData("2002:7f00:0001::1"), InlineData("2002:c0a8:0101::")]
    [InlineData("fc00::1"), InlineData("fdff::1"), InlineData("fe80::1"), InlineData("febf::1"), InlineData("fec0::1"), InlineData("ff02::1")]
    [InlineData("4000::1"), InlineData("fe80::1%2")]
    public void Special_addresses_are_not_public(string address) => Assert.False(PublicAddresses.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1"), InlineData("8.8.8.8"), InlineData("9.255.255.255"), InlineData("11.0.0.0")]
    [InlineData("100.63.255.255"), InlineData("100.128.0.0"), InlineData("126.255.255.255"), InlineData("128.0.0.0")]
    [InlineData("168.63.129.15"), InlineData("168.63.129.17")]
    [InlineData("169.253.255.255"), InlineData("169.255.0.0"), InlineData("172.15.255.255"), InlineData("172.32.0.0")]
    [InlineData("191.255.255.255"), InlineData("192.0.1.0"), InlineData("192.0.3.0"), InlineData("192.88.98.255"), InlineData("192.88.100.0")]
    [InlineData("192.167.255.255"), InlineData("192.169.0.0"), InlineData("198.17.255.255"), InlineData("198.20.0.0")]
    [InlineData("198.51.99.255"), InlineData("198.51.101.0"), InlineData("203.0.112.255"), InlineData("203.0.114.0"), InlineData("223.255.255.255")]
    [InlineData("2606:4700:4700::1111"), InlineData("2001:4860:4860::8888"), InlineData("2001:200::1"), InlineData("2a00:1450::1")]
    [InlineData("::ffff:8.8.8.8"), InlineData("64:ff9b::8.8.8.8"), InlineData("2002:0808:0808::1")]
    public void Neighbours_of_special_ranges_are_public(string address) => Assert.True(PublicAddresses.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://0x7f.1/"), InlineData("https://2130706433/"), InlineData("https://0177.0.0.1/"), InlineData("https://127.1/")]
    [InlineData("https://127.0.0.1./"), InlineData("https://127。0。0。1/"), InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://１２７.０.０.１/"), InlineData("https://①②⑦.0.0.1/"), InlineData("https://0xA9FEA9FE/")]
    [InlineData("https://256.1.1.1/"), InlineData("https://1.2.3.4.5/"), InlineData("https://0x100000000/"), InlineData("https://example.0x7f/")]
    [InlineData("https://localhost/"), InlineData("https://localhost./"), InlineData("https://LOCALHOST/"), InlineData("https://a.localhost/")]
    [InlineData("https://printer/"), InlineData("https://printer.local/"), InlineData("https://metadata.google.internal/")]
    [InlineData("https://metadata.google.internal./"), InlineData("https://router.home.arpa/"), InlineData("https://ⅼocalhost/")]
    [InlineData("https://a\uFFFDb.example.com/"), InlineData("https://\uFFFD/"), InlineData("https://a.\u0378.com/")]
    public void Hosts_that_are_local_in_any_spelling_are_not_public(string url) => Assert.False(PublicAddresses.IsPublicHost(new Uri(url)));

    [Theory]
    [InlineData("https://example.com/"), InlineData("https://example.com./"), InlineData("https://a_b.example.com:8443/")]
    [InlineData("https://8.8.8.8/"), InlineData("https://[2606:4700:4700::1111]/"), InlineData("https://mylocal.dev/"), InlineData("https://xn--bcher-kva.de/")]
    [InlineData("https://1.2.3.4.example.com/")]
    public void Public_hosts_are_public(string url) => Assert.True(PublicAddresses.IsPublicHost(new Uri(url)));

    [Theory]
    [InlineData("http://localhost:7071/", true), InlineData("http://127.0.0.2/", true), InlineData("http://[::1]/", true)]
    [InlineData("http://[::ffff:127.0.0.1]/", true), InlineData("http://10.0.0.1/", false), InlineData("http://example.com/", false)]
    [InlineData("http://localhost.example.com/", false)]
    public void Loopback_is_the_own_machine_only(string url, bool expected) => Assert.Equal(expected, PublicAddresses.IsLoopbackHost(new Uri(url)));
}
