// Written by Scripts/decoder/embed.py from decode.py beside it: change that instead.

extension PythonDecoder {
  /// The program with its marks, small.
  static let text = #"""
    from numpy import*;from builtins import*
    def load(a):
     y=open(a,"rb");o=y.read();y.seek(8);o=o[-12-int.from_bytes(o[-9:-13:-1]):-12]+bytes(8);p=\#
    2**32-1;A=int.from_bytes(o[:4]);o=iter(o[4:]);L={};O=[]
     def t(b,a=0):
      nonlocal p,A;a=a or p//b;c=min(A//a,b-1);A-=c*a;p=(a,p-c*a)[c>b-2]
      while p<1<<24:p<<=8;A=A<<8|next(o)
      return c
     def x(*b):c,a=L.get(b,(32768,0));d=1-t(2,(p>>16)*c);L[b]=c+int(((d<<16)-c)/(a+2)),a+(a<25\#
    4);return d
     def H(b,*c):
      a=1
      for d in range(b):a+=a+x(*c,a)
      return a
     def c(c,d=64):
      a=0
      while x(c,a):a+=1
      b=min(a,d);return(H(b,c,a)<<a-b)-1
     def B(b):a=c(b);return a>>1^-(a&1)
     def K():
      a=[0,0]
      for b in range(c(1)):a+=H(8,2,a[-1],a[-2])-256,
      return bytes(a[2:])
     def C():a=c(3);a or O.append(K().decode());return O[a-1]
    #[mixture logarithmic
     def P(b,a):
      d=2.0**(b>>a);c=2
      while a:a-=1;c=sqrt(c);d*=(1,c)[b>>a&1]
      return d
    #]
    #[low_bits packed binary
     def G(b,c,a):d=unpackbits(frombuffer(b,"B"),bitorder="little");return resize(d,(c,a))@(1<\#
    <arange(a))
    #]
    #[logarithmic scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
     def Q(c,a):
      a=a.astype("e"if c=="F16"else"f")
    #[bf16
      if c=="BF16":a=a.view("I");a=(a+32767+(a>>16&1)>>16<<16).view("f")
    #]
      return a
    #]
    #[rans
     l=[65536];u=[0];S={}
    #[trellis
     s=[]
    #]
    #]
    #[rans raw
     def D(m,d,h=0):
      b=h and 1-c(16)
    #[raw
      if b:
       a=zeros(m,"u%d"%h);yield a
       for e in range(0,m,1<<20):y.readinto(a[e:][:1<<20]);yield
       return
    #]
    #[rans
      o=c(21);p=B(22)+arange(c(23)+1);n=c(24);b=c(25);I=m//(d or 1);k=[b&1 and c(26)for a in r\#
    ange(d)];k=add.outer(k,[b&2 and c(27)for a in range(I)]).astype("i");f=1+b//4
    #[trellis
      H=f>1 and 1<<c(28)
    #]
      j=c(29)
    #[mixture
      if j:x=c(50);C=B(51)/16;j=[(c(52),c(53),B(54),c(55)if a else 64)for a in range(j)]
    #]
      w=(sum(l)+(k*f<<o)).ravel()
      for e in range(f*k.max(initial=0)+f):
    #[mixture
       if j:
        v=f*p+e%f;g=r=0
        for A,R,h,z in j:
         h=P(h+e//f*8,6);r=r or h*x/4;a=abs(v-C+f*c_[[-.5,0,.5]])/h;b=1
         for d in range(A):b=b*sqrt(sqrt(sqrt(a)))
         b=1/(1+b/2**R)
         for d in range(R):b=b*b
         g=g+z*(b[0]+4*b[1]+b[2])
        g=g*(abs(v)<=r);a=(g/g.cumsum()[-1]*2**o+.5).astype(int);a+=(a<1)&(g>0)
    #]
    #[histogram
       if j==0:
        t=c(30);d=-1;a=[]
        for R in p:d=t and c(31+min((d+1).bit_length(),15),t);a+=d,
        a=array(a)
    #]
       a[a.argmax()]+=2**o-a.sum();l.extend(a);u.extend(p<<n)
      h=1<<c(56);j=[c(57)for p in range(0,m,1<<20)]
    #[trellis
      k=I,len(s);s[:0]=[0]*I
    #]
      yield w
      for e,d in enumerate(j):
       a=w[e<<20:][:1<<20];d=y.read(d);b=0
    #[low_bits
       if n:R=-len(a)*n//8;b=G(d[R:],len(a),n);d=d[:R]
    #]
       g=d,a,b;f=o,h
    #[trellis
       if H:g+=(e<<20,*k),;f+=H,e
    #]
       S[f]=S.get(f,[])+[g];yield
    #]
    #]
     def E(o,m):
    #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
      if i:
       C();o=C();d=c(11)
       if d:m=[c(9)for a in range(d-1)]
    #]
      e=int(prod(m));l=2**("163264".find(o[-2:])//2+1);p=m[0]if m[1:]else 1;g=[];z=[];j=c(12)
    #[inline
      if j<1:
       for d in range(l):
        f=c(13);a=[0]
        for k in range(e):a+=H(8,13+f,d,f>1 and a[-1])-256 if f else t(256),
        g+=a[1:],
    #]
    #[streams
      if j==1:
       b=1
    #[sixteen
       b+=o in"I16U16"
    #]
       z=[D(e,p,b)for a in range(l//b)];g=list(map(next,z))
    #]
    #[logarithmic
      if j==2:
       f=c(17);k=x(19);b=0;a=[]
       for d in range(e):b=b*k+B(18);a+=P(b,f),
       a=Q(o,array(a))
    #]
    #[permutation
      if j==3:a=[*range(e)];g=[[a.pop(t(len(a)))for c in a[:]]]
    #]
    #[bit_fields
      if j==4:f=c(20);z=[D(8*e//f,1)];g=list(map(next,z));a=[t(2)for a in range(8*e%f)]
    #]
    #[adaptive
      if j>4:
       a=[];h=[0]*e
       for d in range(e):k=d%(e//p);b=c(60+12*min(h[k].bit_length(),11)+min(k and b.bit_length\#
    (),11));a+=-b if b and x(200)else b,;h[k]+=(16*b-h[k])//8
       g=[a]
    #]
    #[rans raw
      list(zip(*z))
    #]
      yield
    #[bit_fields
      if j==4:g=[packbits(append(g[0][:,None]>>arange(f)&1,a)>0,bitorder="little")]
    #]
    #[inline streams permutation bit_fields adaptive
      if g:
       a=0
       for b in g:a=a*256+array(b,int)
       a=a.astype("u%d"%l);b=o[0].lower()+str(l)
    #[float_planes
       if o[0]in"BF"and l>1:a=a>>1|a<<8*l-1
    #]
    #[bf16
       if o=="BF16":a=a.astype("I")<<16;b="f"
    #]
    #[f8
       if"_"in o:d="M3"in o;a=a.astype("H");a=(a*128+((a>>7)+a%128//127<<14)if d else a<<8).vi\#
    ew("e");a=float32(a)*256**d;b="f"
    #]
       a=a.view(b)
    #]
      yield a.reshape(m)
     T=[];w=b"";c(4)
     for e in range(2*c(5)):K()
     for e in range(c(6)):
      w=w[:c(7)]+K();z=C();j=[c(9)for a in range(c(8))];i=C();d=[]
      for e in range(c(10)):a=E(z,j);next(a);d+=a,
      t(65536);t(65536);T+=(w.decode(),z,j,i,d),
    #[trellis grid
     def M(c,b,d):a=b.bit_length()-3;b=b"\1\2\2\4\n+y\2\5\t\22!N\xa6";return c>>1^b[a]*(d&1)^b\#
    [a+7]*(c&1)
    #]
    #[rans
    #[trellis
     s=array(s)
    #]
     u=array(u);l=array(l);U=l.cumsum()-l;V=repeat(arange(len(u)),l).astype("i")
     for(v,m,*g),N in S.items():
      l[0]=1<<v;F,J,W,*n=zip(*N);k=max(map(len,J));I=zeros((len(N),k+m),"i")
      for a,b in zip(I,J):a[:len(b)]=b
    #[trellis
      if g:n=array(n[0]).T[...,None]
    #]
      a=array([frombuffer(a,"I",m)for a in F],int);X=frombuffer(b"".join(F),"H");E=cumsum([[2*\#
    m-1]]+[[len(a)//2]for a in F[:-1]],0)
      for e in range(0,k,m):
       R=I[:,e:e+m];q=R+a%(1<<v)
    #[trellis
       if g:h=(n[0]+e+arange(m))%n[1]+n[2];r=s[h];q+=r%2<<v
    #]
       f=V[q];b=l[f]*(a>>v)+q-U[f];E=E[:,-1:]+(b<65536).cumsum(1);a=where(b<65536,b<<16|X[E],b\#
    );R[:]=f
    #[trellis
       if g:s[h]=M(r,g[0],u[f])
    #]
      for a,b,f in zip(I,J,W):b[:]=u[a[:len(b)]]+f
    #]
    #[scaled packed base3 bitmask binary grid low_rank
     def v(a,c):b=a.size//(c.size or 1);return float32(a*float32(c).repeat(b).reshape(a.shape))
    #]
    #[grouped codebook
     def F(a):return repeat(float32(a),g[0]or j[1],1)[:,:j[1]]
    #]
     E={}
     for w,z,j,i,d in T:
      a,*d=map(next,d)
    #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
      if i:
       m=i[3]
    #[packed base3 bitmask binary grid grouped codebook affine
       g=[int(a)for a in __import__("re").findall(r"\d+",i)]
    #]
    #[packed
       if m=="k":a=G(a,prod(j),g[0])-g[1]
    #]
    #[base3 bitmask binary
       if m in"na":I,n,k,q=g[-4:];k*=I
    #]
    #[base3
       if"3 "in i:a=(a[:,None]//[1,3,9,27,81]%3).ravel()[:k]-1
    #]
    #[bitmask
       if"mask"in i:b=unpackbits(a).astype(int);a=b[:k];a[a>0]=b[k+-k%8:][:a.sum()]*2-1
    #]
    #[mean_magnitude
       if"mean"in i:b=maximum(abs(a).reshape(-1,q).mean(1,"f"),1e-8);d[0]=float32(d[0]).ravel()/b
    #]
    #[binary
       if m=="a":a=G(a,k,1)*2-1
    #]
    #[grid
       if m=="d":
        if g[0]:
         a=a.astype(int).reshape(j[0],-1);r=0*a[0]
         for b in a:f=r&1;r=M(r,g[0],b);b+=b+f
        a=v(a,d[0]);a=a*resize(float32(d[1]),a.shape)
    #]
    #[scaled packed base3 bitmask binary low_rank
       if m in"lkna":a=v(a,d[0])
    #]
    #[base3 bitmask binary
       if m in"na":a=a.reshape(I,-1)[:,:n]
    #]
    #[low_rank
       if"+"in i:
        b=0
        for e,h in zip(v(*d[1:3]).T,v(*d[3:])):e=outer(float64(e),h);f=e+b;h=f-e;h=e-(f-h)+(b-\#
    h);b=float32((f.view(int)-(h*f<0)|(h!=0)).view(float))
        a=a+b
    #]
    #[grouped
       if m=="u":
        if d[1].size:a=a-F(d[1])
        a=a*F(d[0])
    #]
    #[codebook
       if m=="e":a=d[0][a]*F(d[1])
    #]
    #[affine
       if m=="i":e,h="fd"if g[1:]else"if";b=lambda a:resize(a.repeat(int(prod(j[g[-1]+1:]))),j\#
    );a=float32(a.astype(e)-b(d[1].astype(e)))*b(d[0].astype(h))
    #]
       a=Q(z,float32(a))
    #]
      E[w]=a.reshape(j)
     return E
    """#
}
